import { inflections } from '../words.ts';

/**
 * What a verb does by itself, before its object is looked at:
 * `look` reads, `compute` works something out, `wait` waits; the others act. Each act's category and the
 * exceptions its object makes are in acts.ts.
 */
export type VerbKind =
  | 'look'
  | 'compute'
  | 'generate'
  | 'wait'
  | 'transform'
  | 'export'
  | 'download'
  | 'extract'
  | 'track'
  | 'make'
  | 'change'
  | 'mark'
  | 'remove'
  | 'take'
  | 'clear'
  | 'reset'
  | 'choose'
  | 'upload'
  | 'import'
  | 'send'
  | 'publish'
  | 'share'
  | 'money'
  | 'exchange'
  | 'run'
  | 'test'
  | 'start'
  | 'stop'
  | 'cancel'
  | 'open'
  | 'close'
  | 'ship'
  | 'build'
  | 'apply'
  | 'sync'
  | 'push'
  | 'pull'
  | 'record'
  | 'restore'
  | 'connect'
  | 'login'
  | 'phone'
  | 'touch'
  | 'submit'
  | 'switch'
  | 'manage'
  | 'perform'
  | 'provide';

const KINDS: Record<VerbKind, string> = {
  look: `get list read fetch retrieve search find query show view describe count lookup look inspect browse see
    discover enumerate obtain display print return report peek tail head cat ls stat identify locate explore
    detect recall access examine review poll check verify query grep glob find load give tell learn discover
    retrieve observe introspect geocode reverse collect gather ask know surface present highlight outline trace
    scrape crawl map screenshot snapshot probe ping whois resolve navigate_tree know answer help echo lists`,
  compute: `analyze analyse explain compare calculate compute validate lint evaluate estimate preview diff
    summarize summarise translate convert_text parse format encode decode hash score rank classify categorize
    predict forecast simulate plan think reason reflect suggest recommend propose advise diagnose assess audit
    match deduplicate aggregate group sort filter interpret transcribe ocr tokenize embed vectorize count
    measure benchmark_text correlate infer solve derive project profile determine debug research
    investigate brainstorm rewrite rephrase paraphrase polish proofread complete prompt chat roll flip guess
    visualize visualise visualise critique improve optimize optimise refine annotate_text disassemble decompile
    guide teach educate walk demonstrate instruct scan monitor watch troubleshoot sample enrich cross-reference subtract intersect simplify`,
  generate:
    'generate draw render synthesize synthesise sketch compose author paint imagine illustrate scaffold design',
  wait: 'wait sleep await pause_for listen idle delay',
  transform: `convert resize crop compress merge_pdf split rotate trim transcode encode_file optimise_image minify
    zip concatenate stitch upscale blur watermark redact encrypt decrypt sign beautify prettify blend mix`,
  export: 'export dump',
  download: 'download',
  extract: 'extract unzip untar decompress unpack',
  track: 'track',
  make: `create add insert write save store put append prepend new register define clone duplicate copy fork
    provision make compose_new attach stage commit remember memorize memorise note schedule book reserve
    establish enroll enrol ingest setup configure initialize initialise init embed_in link upsert log
    backup back_up instantiate onboard plug tokenise_store place issue enqueue queue bootstrap populate
    seed draft produce materialize mint contribute capture_note hire integrate`,
  change: `update edit modify set change overwrite patch move rename replace alter adjust mv amend reorder sort_in rewrite_file
    transition convert_record migrate_record merge rebase cherry-pick squash resolve_issue fix format_cells toggle
    increment decrement enable disable activate deactivate lock unlock promote demote extend renew
    turn customize customise override rotate redefine protect declare adopt attach_label refactor relocate reassign correct reschedule
    increase decrease fulfill fulfil upgrade_plan paste comment reply react respond answer_thread vote rate log_time
    indent unindent bold underline style resolve_comment reopen finalize finalise checkout branch`,
  mark: `assign unassign label unlabel tag untag star unstar like unlike favorite unfavorite favourite follow
    unfollow subscribe unsubscribe archive unarchive pin unpin mute unmute block unblock flag unflag bookmark
    approve unapprove disapprove reject accept decline acknowledge dismiss snooze mark hide unhide detach unlink join leave
    upvote downvote close_issue dislike rsvp ignore confirm ack suppress watch_repo retweet unretweet repost
    quarantine ban unban kick deprecate`,
  remove: `delete drop destroy purge erase wipe truncate rm rmdir unset expunge obliterate uninstall del
    prune delist trash evict nuke forget unregister deregister discard revoke`,
  take: 'remove strip eject',
  clear: 'clear empty flush clean cleanup',
  reset: 'reset reinitialize',
  choose: 'select choose use pick focus',
  upload: 'upload',
  import: 'import',
  send: `send email notify message text dm tweet broadcast announce forward alert post mail page_oncall escalate
    remind sms whatsapp emit_message crosspost`,
  publish: 'publish unpublish',
  share: 'share unshare invite grant authorize authorise permit deny assign_role impersonate allow',
  money: `pay refund charge purchase buy sell order invoice bill payout tip donate bid bet void reimburse
    prepay checkout_cart`,
  exchange: `trade swap stake unstake deposit withdraw borrow repay lend airdrop transfer bridge wrap unwrap burn
    claim redeem delegate_stake`,
  run: `run execute exec invoke call trigger dispatch fire launch spawn boot kickoff rerun retry replay redeliver
    resend process evaluate_code eval perform_action act orchestrate drive operate control interact automate
    delegate handoff do bash shell powershell request emit simulate_run step skip compile retrain train finetune
    fine-tune batch sweep infer_job crawl_site index reindex rebuild regenerate recompute 
    backfill honk blink vacuum analyze_table compact speak announce_speaker play vibrate beep print_job wake
    reboot recycle cycle restart reload relaunch respawn poweron poweroff shutdown power hibernate`,
  test: 'test',
  start: 'start begin resume continue unpause arm initiate kick-off commence restart_job',
  stop: 'stop pause suspend halt kill terminate abort shut interrupt quit exit end finish disconnect stop_job cordon drain uncordon standby',
  cancel: 'cancel',
  open: 'open reveal',
  close: 'close',
  ship: 'deploy redeploy undeploy release rollback roll_back rollout scale autoscale failover install reinstall upgrade promote_release publish_prod teleport',
  build: 'build',
  apply: 'apply migrate',
  sync: 'sync synchronize synchronise refresh mirror replicate reconcile',
  push: 'push',
  pull: 'pull',
  record: 'record capture',
  restore: 'restore revert undo redo recover rollback_file undelete',
  connect:
    'connect attach_debugger reconnect pair mount unmount bind expose forward_port tunnel hook',
  login: 'login logout authenticate signin logon logoff signout signup',
  phone: 'dial hangup phone redial',
  touch: `click type press hover drag scroll tap swipe fill navigate goto keypress doubleclick rightclick mousemove
    drop_on pinch longpress dblclick zoom pan touch`,
  submit: 'submit',
  switch: 'switch',
  manage: `manage handle work maintain administer organize organise oversee coordinate curate batch_ops`,
  perform: 'perform conduct carry do take undertake',
  provide: 'provide offer supply expose_info contain include let',
};

/**
 * Words that are as often nouns as verbs in names and sentences: they count as a verb at the start, or where no
 * plain verb is found.
 */
export const NOUN_LIKE: ReadonlySet<string> = new Set(
  `list query view count report search check snapshot screenshot review lookup log post message email text comment
  reply run process call request test build batch index order trade transfer charge bill invoice payout tip bid bet
  schedule note book link queue set branch copy label tag star like flag pin block mark watch alert page forward
  backup issue stage commit place plan score rank group match sort filter project profile prompt chat trace sample
  design draw start end stop exit finish pause release scale install upgrade sync mirror refresh record capture
  pair mount hook phone type press drag scroll tap touch fill drop switch support work share deposit swap stake
  bridge wrap burn claim monitor research guide answer help echo head print display estimate preview diff format hash
  audit scan load access return present highlight outline probe act control command power play index shell bash sms
  fork clone cat use new focus open close clean clear empty empty reset change patch move update vote rate
  export import download upload extract track push pull test restore connect login submit turn deny permit
  approve fix lock dump import bank bill buy sell mail tweet dm page train drive wake fire kick do fork show
  debug style merge archive trash store put trigger launch crawl sleep idle delay wait render compose
  visualize speak announce reason walk sketch title embed compact transition extend lift object state convert zip split
  mix blend map draft step skip sign set hire leave join ban head cut mint cancel dispatch rewrite answer replay retry save deploy`
    .split(/\s+/)
    .filter(Boolean),
);

/** A verb form found in a text. */
export type VerbForm = { verb: string; kind: VerbKind; form: 'base' | 'third' | 'gerund' };

const forms = new Map<string, VerbForm>();
for (const [kind, list] of Object.entries(KINDS) as [VerbKind, string][]) {
  for (const verb of list.split(/\s+/).filter(Boolean)) {
    const { finite, gerund } = inflections(verb);
    const [base, third] = finite as [string, string];
    // The first kind that names a verb keeps it.
    if (!forms.has(base)) forms.set(base, { verb, kind, form: 'base' });
    if (!forms.has(third)) forms.set(third, { verb, kind, form: 'third' });
    if (!forms.has(gerund)) forms.set(gerund, { verb, kind, form: 'gerund' });
  }
}

/** The verb a word is a form of. */
export function verbForm(word: string): VerbForm | undefined {
  return forms.get(word);
}

/** Nouns that name an act: "performs a search", "deletion of", "retrieval". */
export const NOMINAL: ReadonlyMap<string, string> = new Map(
  Object.entries({
    screenshot: 'screenshot',
    screenshots: 'screenshot',
    snapshot: 'snapshot',
    photo: 'capture',
    search: 'search',
    lookup: 'lookup',
    retrieval: 'retrieve',
    query: 'query',
    analysis: 'analyze',
    analyses: 'analyze',
    calculation: 'calculate',
    computation: 'compute',
    comparison: 'compare',
    validation: 'validate',
    check: 'check',
    checks: 'check',
    inspection: 'inspect',
    review: 'review',
    scan: 'scan',
    audit: 'audit',
    diff: 'diff',
    translation: 'translate',
    classification: 'classify',
    evaluation: 'evaluate',
    lookups: 'lookup',
    searches: 'search',
    research: 'research',
    geocoding: 'geocode',
    deletion: 'delete',
    removal: 'remove',
    creation: 'create',
    modification: 'modify',
    update: 'update',
    updates: 'update',
    insertion: 'insert',
    edit: 'edit',
    edits: 'edit',
    merge: 'merge',
    rebase: 'rebase',
    upload: 'upload',
    download: 'download',
    deployment: 'deploy',
    installation: 'install',
    execution: 'execute',
    click: 'click',
    swipe: 'swipe',
    tap: 'tap',
    drag: 'drag',
    scroll: 'scroll',
    gesture: 'swipe',
    rollback: 'rollback',
    restart: 'restart',
    reset: 'reset',
    sync: 'sync',
    backup: 'backup',
    migration: 'migrate',
    transfer: 'transfer',
    swap: 'swap',
    trade: 'trade',
    conversion: 'convert',
    inference: 'complete',
    detection: 'detect',
    extraction: 'extract',
  }),
);
