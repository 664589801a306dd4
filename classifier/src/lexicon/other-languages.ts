import type { VerbKind } from './verbs.ts';

/** Acts as descriptions in other languages name them; enough to tell looking from acting. */
const FOREIGN: [RegExp, VerbKind, string][] = [
  [
    /删除|移除|清空|卸载|刪除|削除|삭제|удал(?:ить|яет|ение)|\b(?:eliminar|elimina|borrar|excluir|exclui|supprimer|supprime|löschen|löscht|verwijder\w*|usuń|hapus)\b/iu,
    'remove',
    'delete',
  ],
  [
    /执行|运行|启动|停止|触发|部署|重启|安装|執行|実行|起動|실행|시작|중지|배포|выполн(?:ить|яет)|запус(?:тить|кает)|останов(?:ить|ка)|\b(?:ejecutar|ejecuta|executar|executa|exécuter|exécute|lancer|ausführen|startet|démarrer|iniciar|detener|parar|desplegar|jalankan)\b/iu,
    'run',
    'run',
  ],
  [
    /发送|發送|送信|전송|보내|отправ(?:ить|ляет)|\b(?:enviar|envía|envia|envoyer|envoie|senden|sendet|versenden|kirim)\b/iu,
    'send',
    'send',
  ],
  [
    /创建|新建|新增|添加|增加|插入|保存|写入|上传|發布|发布|作成|追加|登録|保存する|생성|추가|저장|등록|созда(?:ть|ёт|ет)|добав(?:ить|ляет)|сохран(?:ить|яет)|\b(?:crear|crea|agregar|añadir|guardar|criar|cria|adicionar|salvar|créer|crée|ajouter|enregistrer|erstellen|erstellt|hinzufügen|speichern|buat|tambah)\b/iu,
    'make',
    'create',
  ],
  [
    /更新|修改|编辑|設定|设置|移动|重命名|編集|変更|수정|변경|업데이트|обнов(?:ить|ляет)|измен(?:ить|яет)|\b(?:actualizar|actualiza|modificar|editar|atualizar|atualiza|alterar|mettre à jour|modifier|aktualisieren|ändern|bearbeiten|ubah|perbarui)\b/iu,
    'change',
    'update',
  ],
  [
    /查询|获取|定位|查看|统计|识别|监控|搜索|查找|列出|查看|检索|返回|读取|计算|分析|规划|规划用于|測量|测量|转换|转化|解析|查詢|取得|検索|一覧|表示|確認|조회|검색|목록|가져오|확인|분석|получ(?:ить|ает)|поиск|найти|список|показ(?:ать|ывает)|\b(?:obtener|obtiene|listar|lista|buscar|busca|consultar|consulta|mostrar|leer|calcular|obter|obtém|pesquisar|ler|obtenir|obtient|lister|rechercher|chercher|afficher|lire|abrufen|ruft|auflisten|suchen|sucht|anzeigen|lesen|ambil|cari|tampilkan|daftar)\b/iu,
    'look',
    'get',
  ],
];

/** The act that a sentence in another language names: the one that stands first in it. */
export function foreignAct(
  sentence: string,
): { kind: VerbKind; verb: string; start: number; end: number } | undefined {
  const text = sentence.slice(0, 200);
  let first: { kind: VerbKind; verb: string; start: number; end: number } | undefined;
  for (const [pattern, kind, verb] of FOREIGN) {
    const match = pattern.exec(text);
    if (match === null || (first !== undefined && match.index >= first.start)) continue;
    first = { kind, verb, start: match.index, end: match.index + match[0].length };
  }
  return first;
}
