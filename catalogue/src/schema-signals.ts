import * as z from 'zod';
import {
  argument,
  isNamed,
  isUrl,
  localPath,
  namesTool,
  said,
  saidFirst,
  text,
} from './signal-finders.ts';
import { hasAny, isOpen, isText, type SignalView, signalView, wordSet } from './signal-view.ts';
import {
  FILE_NAMES,
  GOES_THERE,
  IN_PAGE,
  MESSAGE_WORDS,
  NAMES_ONLY,
  NOT_PUBLISHING,
  NOT_STARTING,
  OPTION_WORDS,
  PUBLISHING,
  RECIPIENT_WORDS,
  STARTING,
  STORING,
  TABLE_WORDS,
  UPLOADS,
  WRITTEN_WORDS,
} from './signal-words.ts';
import type { ToolDefinition } from './tool.ts';

type Signal = {
  readonly id: string;
  readonly title: string;
  /** Completes "it …" and "this server can also …". */
  readonly does: string;
  readonly can: string;
  /** The argument or word that shows it; `undefined` where nothing does. */
  readonly find: (view: SignalView) => string | undefined;
};
const list = <const Id extends string>(signals: readonly (Signal & { readonly id: Id })[]) =>
  signals;

/** What a tool's own schema and words say beyond its traits; sorted by id. Precise rather than complete. */
export const schemaSignals = list([
  {
    id: 'changes-code',
    title: 'Changes code',
    does: 'changes code that others run',
    can: 'change code that others run',
    find: (view) => {
      const act =
        /(^|_)(git_(push|commit|merge|rebase)|push_(files?|branch|commits?|changes)|commit_(files?|changes)|create_commit|(merge|accept)_(pull_request|merge_request|pr|branch)|cherry_pick)($|_(files?|changes|branch)$)/.exec(
          view.snake,
        );
      if (act !== null) return act[2];
      const isFile =
        hasAny(view.words, wordSet('file files')) &&
        (isNamed(view, STORING) || isNamed(view, wordSet('edit delete')));
      return isFile
        ? argument(view, ({ words }) => hasAny(words, wordSet('branch repo repository')))
        : undefined;
    },
  },
  {
    id: 'deletes-files',
    title: 'Deletes files',
    does: 'deletes files on a disk',
    can: 'delete files on a disk',
    find: (view) =>
      isNamed(view, wordSet('delete remove rm unlink clean clear wipe trash')) &&
      isNamed(view, FILE_NAMES)
        ? localPath(view)
        : undefined,
  },
  {
    id: 'fills-index',
    title: 'Fills a search index',
    does: 'adds to an index that answers are later drawn from',
    can: 'add to an index that answers are later drawn from',
    find: (view) =>
      isNamed(view, wordSet('add insert ingest index upsert upload store save update'))
        ? said(
            view,
            /\b(vectors?|embeddings?|ingest(s|ed)?|rag|corpus|semantic index|knowledge base)\b/,
          )
        : undefined,
  },
  {
    id: 'goes-to-url',
    title: 'Goes to a URL',
    does: 'goes to an address in its arguments',
    can: 'go to an address in its arguments',
    find: (view) =>
      argument(
        view,
        (each) =>
          isUrl(each) &&
          GOES_THERE.test(`${view.snake.replaceAll('_', ' ')} ${each.text}`) &&
          !NAMES_ONLY.test(each.text),
      ),
  },
  {
    id: 'hands-over',
    title: 'Hands over',
    does: 'hands a thing over to another owner',
    can: 'hand a thing over to another owner',
    find: (view) =>
      isNamed(view, wordSet('transfer')) || isNamed(view, wordSet('owner ownership'))
        ? saidFirst(view, /\b(transfers?|owner(ship)?)\b/)
        : undefined,
  },
  {
    id: 'hidden-characters',
    title: 'Hidden characters',
    does: 'has a definition with characters that do not show',
    can: 'offer a definition with characters that do not show',
    find: (view) => view.hiddenCharacter,
  },
  {
    id: 'issues-secret',
    title: 'Issues a secret',
    does: 'makes a secret and returns it',
    can: 'make a secret and return it',
    // A secret whose value the caller gives is stored, not made; one that is reset need not come back.
    find: (view) =>
      argument(view, ({ snake }) =>
        /^((secret_)?value|(new_)?password|public_key|private_key)$/.test(snake),
      ) === undefined &&
      !isNamed(view, wordSet('list mapping')) &&
      (!isNamed(view, wordSet('reset')) || /\breturns?\b/.test(view.text)) &&
      isNamed(view, wordSet('create generate rotate regenerate issue reset new')) &&
      isNamed(view, wordSet('key keys token tokens secret secrets password credential credentials'))
        ? said(view, /\b(keys?|tokens?|secrets?|password|credentials?)\b/)
        : undefined,
  },
  {
    id: 'keeps-memory',
    title: 'Keeps memory',
    does: 'keeps what later sessions read back as memory',
    can: 'keep what later sessions read back as memory',
    find: (view) =>
      isNamed(view, STORING)
        ? said(view, /\b(memory|memories|knowledge graph|remember|long-term)\b/)
        : undefined,
  },
  {
    id: 'lists-files',
    title: 'Lists files',
    does: 'lists what lies on a disk',
    can: 'list what lies on a disk',
    find: (view) =>
      isNamed(view, wordSet('list tree search find glob ls')) && isNamed(view, FILE_NAMES)
        ? localPath(view)
        : undefined,
  },
  {
    id: 'moves-crypto',
    title: 'Moves crypto assets',
    does: 'works with assets on a blockchain',
    can: 'work with assets on a blockchain',
    find: (view) =>
      said(
        view,
        /\b(blockchain|on-?chain|cross-?chain|erc-?20|solana|ethereum|bitcoin|usdc|defi|token swap|crypto)\b/,
      ),
  },
  {
    id: 'posts-message',
    title: 'Posts messages',
    does: 'posts a text in a chat',
    can: 'post a text in a chat',
    find: (view) =>
      said(
        view,
        /\b(slack|discord|microsoft teams|telegram|whatsapp|mattermost|channel|chat|dm|direct message)\b/,
      ) === undefined
        ? undefined
        : text(view, MESSAGE_WORDS),
  },
  {
    id: 'publishes',
    title: 'Publishes',
    does: 'publishes where outsiders read it',
    can: 'publish where outsiders read it',
    find: (view) =>
      isNamed(view, PUBLISHING) && !isNamed(view, NOT_PUBLISHING)
        ? said(
            view,
            /\b(tweets?|social (media|network)|blog posts?|public (posts?|repositor(y|ies)|pages?)|linkedin|facebook|instagram|reddit|mastodon|bluesky|tiktok|wordpress|publish(es)? .{0,40}\b(articles?|pages?|posts?|website|publicly))\b/,
          )
        : undefined,
  },
  {
    id: 'queries-database',
    title: 'Queries a database',
    does: 'works on a database',
    can: 'work on a database',
    find: (view) =>
      said(
        view,
        /\b(sql|databases?|postgres(ql)?|mysql|sqlite|mongodb|bigquery|snowflake|clickhouse|redshift)\b/,
      ),
  },
  {
    id: 'queries-sql',
    title: 'Queries with SQL',
    does: 'works on a database that speaks SQL',
    can: 'work on a database that speaks SQL',
    find: (view) =>
      said(
        view,
        /\b(sql|postgres(ql)?|mysql|mariadb|sqlite|mssql|bigquery|snowflake|clickhouse|redshift|duckdb)\b/,
      ),
  },
  {
    id: 'reads-environment',
    title: 'Reads the environment',
    does: 'returns environment variables',
    can: 'return environment variables',
    // Many descriptions name a variable they need, which is another matter.
    find: (view) =>
      said(
        view,
        /\b(returns?|lists?|shows?|dumps?|prints?|reads?|gets?) (all )?(the )?(environment variables?|env vars?)\b/,
      ) ??
      (isNamed(view, wordSet('get')) &&
      /\bincluding\b[^.]{0,60}\benvironment variables\b/.test(view.text)
        ? 'environment variables'
        : undefined) ??
      (isNamed(view, wordSet('env')) ? said(view, /\benvironment variables?\b/) : undefined),
  },
  {
    id: 'reads-files',
    title: 'Reads files',
    does: 'returns what files hold',
    can: 'return what files hold',
    // A listing or a file's size is not its content.
    find: (view) =>
      isNamed(view, wordSet('read get open view cat load show fetch grep head tail extract')) &&
      !isNamed(
        view,
        wordSet('list tree find glob ls info metadata stat size exists permissions url'),
      ) &&
      (isNamed(view, FILE_NAMES) || /\b(contents?|lines (from|of) (a|the) file)\b/.test(view.text))
        ? localPath(view)
        : undefined,
  },
  {
    id: 'returns-media',
    title: 'Returns media',
    does: 'returns images or sound',
    can: 'return images or sound',
    // An address of a picture, or advice to take none, returns no picture.
    find: (view) =>
      /\b(prefer|avoid|instead of|rather than|over) (taking )?(an? )?screenshots?\b/.test(
        view.text,
      ) && !isNamed(view, wordSet('screenshot'))
        ? undefined
        : said(
            view,
            /\b(screenshots?|images?|photos?|pictures?|audio|videos?|recordings?)\b(?! (urls?|links?|ids?)\b)/,
          ),
  },
  {
    id: 'returns-self',
    title: 'Returns the user’s own profile',
    does: 'returns who the user is',
    can: 'return who the user is',
    find: (view) =>
      isNamed(view, wordSet('whoami me self')) ||
      (isNamed(view, wordSet('user profile account context information')) &&
        !isNamed(view, wordSet('list search find mentions users')))
        ? saidFirst(
            view,
            /\b(your (token|profile|account|own)|(current|authenticated)[ \w]{0,24}\b(users?|context|account|context)|for the current user|whoami)\b/,
          )
        : undefined,
  },
  {
    id: 'runs-in-page',
    title: 'Runs in a page',
    does: 'runs its program inside a web page',
    can: 'run its program inside a web page',
    // A page's script is held by the browser; what needs a shell on the machine leaves these tools out.
    find: (view) =>
      said(view, /\b(javascript|scripts?)\b.{0,60}\b(pages?|browsers?|console|dom)\b/) ??
      argument(view, ({ words, text: about }) => words.has('script') && IN_PAGE.test(about)),
  },
  {
    id: 'searches-store',
    title: 'Searches a store of texts',
    does: 'searches a memory, cache or vector store',
    can: 'search a memory, cache or vector store',
    // Published documentation holds nobody's secrets, nor does the shape of a store.
    find: (view) =>
      isNamed(view, wordSet('search query retrieve recall find read open')) &&
      !isNamed(view, wordSet('schema')) &&
      !/\b(documentation|docs)\b/.test(view.text)
        ? saidFirst(
            view,
            /\b(vectors?|embeddings?|semantic(ally)? search|redis|cache keys?|memory|memories|knowledge (graph|base))\b/,
          )
        : undefined,
  },
  {
    id: 'shows-interface',
    title: 'Shows an interface',
    does: 'brings a user interface of its own',
    can: 'bring a user interface of its own',
    find: (view) => view.metaKeys.find((key) => /^(ui|ui\/.*|openai\/outputTemplate)$/.test(key)),
  },
  {
    id: 'starts-work',
    title: 'Starts work',
    does: 'starts work with each call',
    can: 'start work with each call',
    // In the name of what stops or reads a run, the word is a noun; keys are sent to a field.
    find: (view) =>
      isNamed(view, NOT_STARTING) || isNamed(view, wordSet('keys'))
        ? undefined
        : [...view.words].find((word) => STARTING.has(word)),
  },
  {
    id: 'takes-anything',
    title: 'Open argument',
    does: 'accepts an argument without a shape',
    can: 'accept an argument without a shape',
    find: (view) => argument(view, ({ schema }) => isOpen(schema)),
  },
  {
    id: 'takes-command',
    title: 'Command argument',
    does: 'takes a command or a program',
    can: 'take a command or a program',
    find: (view) =>
      argument(
        view,
        (each) =>
          isText(each.schema) &&
          !namesTool(each) &&
          /^(commands?|cmd|(shell|bash)_command|script|code|source_code|program)$/.test(each.snake),
      ),
  },
  {
    id: 'takes-context',
    title: 'Context argument',
    does: 'asks for what else is in the model’s context',
    can: 'ask for what else is in the model’s context',
    find: (view) =>
      argument(view, ({ snake }) =>
        /^(system_prompt|conversation(_history)?|chat_history|message_history|chain_of_thought|reasoning_trace|tool_list|available_tools|full_context|model_name)$/.test(
          snake,
        ),
      ),
  },
  {
    id: 'takes-message',
    title: 'Message argument',
    does: 'takes the text that is sent',
    can: 'take the text that is sent',
    find: (view) => text(view, MESSAGE_WORDS),
  },
  {
    id: 'takes-option',
    title: 'Option argument',
    does: 'takes a value that a wrapped program may read as an option',
    can: 'take a value that a wrapped program may read as an option',
    find: (view) =>
      argument(
        view,
        ({ snake, lastWord, schema }) =>
          isText(schema) &&
          !/^(project|workspace|task|message|document)_ref$/.test(snake) &&
          (OPTION_WORDS.has(lastWord) ||
            /(^|_)((branch|tag|remote)_name|start_point)$/.test(snake)),
      ),
  },
  {
    id: 'takes-package',
    title: 'Package argument',
    does: 'installs what a name in its arguments says',
    can: 'install what a name in its arguments says',
    find: (view) =>
      isNamed(view, wordSet('install')) ||
      said(
        view,
        /\binstalls? (a |an |the |one or more )?(npm |python |pip )?(packages?|dependency|dependencies|plugins?|extensions?)\b/,
      ) !== undefined
        ? text(view, wordSet('package packages plugin plugins extension dependencies'))
        : undefined,
  },
  {
    id: 'takes-path',
    title: 'Path argument',
    does: 'takes a file path',
    can: 'take a file path',
    find: localPath,
  },
  {
    id: 'takes-query',
    title: 'Query argument',
    does: 'takes a statement in a query language',
    can: 'take a statement in a query language',
    find: (view) =>
      text(view, wordSet('sql statement statements cypher aql cql promql kql graphql soql')),
  },
  {
    id: 'takes-recipient',
    title: 'Recipient argument',
    does: 'takes the recipient',
    can: 'take the recipient',
    find: (view) =>
      text(view, RECIPIENT_WORDS) ??
      // A person invited is often an object: an address, and whether it is optional.
      argument(view, ({ snake }) => /^(attendees|invitees|recipients)$/.test(snake)),
  },
  {
    id: 'takes-secret',
    title: 'Secret argument',
    does: 'wants a secret as an argument',
    can: 'want a secret as an argument',
    find: (view) =>
      argument(
        view,
        ({ schema, snake }) =>
          isText(schema) &&
          /(^|_)(password|passphrase|private_key|secret_key|api_key|access_token|auth_token|bearer_token|mnemonic|seed_phrase|client_secret)$/.test(
            snake,
          ),
      ),
  },
  {
    id: 'takes-table',
    title: 'Table argument',
    does: 'builds a statement from names in its arguments',
    can: 'build a statement from names in its arguments',
    // A table named inside an object is a setting.
    find: (view) =>
      argument(
        view,
        ({ schema, lastWord, isInner }) => !isInner && isText(schema) && TABLE_WORDS.has(lastWord),
      ),
  },
  {
    id: 'takes-tool-name',
    title: 'Tool-name argument',
    does: 'calls another tool that an argument names',
    can: 'call another tool that an argument names',
    find: (view) => argument(view, namesTool),
  },
  {
    id: 'takes-url',
    title: 'URL argument',
    does: 'takes a URL',
    can: 'take a URL',
    find: (view) => argument(view, isUrl),
  },
  {
    id: 'uploads-files',
    title: 'Uploads files',
    does: 'sends files of a disk to a service or a page',
    can: 'send files of a disk to a service or a page',
    find: (view) =>
      isNamed(view, wordSet('get list read download search')) || said(view, UPLOADS) === undefined
        ? undefined
        : localPath(view),
  },
  {
    id: 'wraps-program',
    title: 'Wraps a program',
    does: 'runs a program on the server’s machine',
    can: 'run a program on the server’s machine',
    // What else could be run instead stands further on.
    find: (view) =>
      saidFirst(
        view,
        /\b(^git (blame|cherry pick|clean|fetch|merge|rebase|reflog|remote|stash|tag|worktree)|docker (run|exec|build|compose|ps|logs|inspect)|kubectl|helm (install|upgrade|template|chart)|terraform (plan|apply|init)|ffmpeg|ssh (to|into|session|connection|command)|adb|xcodebuild|simctl|npx|command[ -]line|shell command|local git|git (diff|log|status|add|commit|checkout|show|branch|reset|init|push|pull|clone))\b/,
      ),
  },
  {
    id: 'writes-files',
    title: 'Writes files',
    does: 'writes files on a disk',
    can: 'write files on a disk',
    find: (view) => {
      if (!isNamed(view, wordSet('write edit create save move copy append patch download replace')))
        return undefined;
      // A path beside a manifest is where the manifest is read from.
      if (argument(view, ({ snake }) => snake === 'manifest') !== undefined) return undefined;
      const isFile = isNamed(view, wordSet('file files')) && !isNamed(view, wordSet('send'));
      const isEdit =
        argument(view, ({ lastWord }) => WRITTEN_WORDS.has(lastWord)) !== undefined &&
        (/\bfiles?\b/.test(view.text) ||
          argument(view, ({ snake, text: about }) => snake === 'path' && /\bfile\b/.test(about)) !==
            undefined);
      return isFile || isEdit ? localPath(view) : undefined;
    },
  },
]);
export type SignalId = (typeof schemaSignals)[number]['id'];
export const signalIdSchema = z.enum(
  schemaSignals.map(({ id }) => id) as [SignalId, ...SignalId[]],
);

/** A signal that was found, and the argument or word that shows it. */
export type FoundSignal = { id: SignalId; shownBy: string };

/** The signals of one tool, in the table's order. */
export function signalsOf(definition: ToolDefinition): FoundSignal[] {
  const view = signalView(definition);
  return schemaSignals.flatMap(({ id, find }) => {
    const shownBy = find(view);
    return shownBy === undefined ? [] : [{ id, shownBy }];
  });
}
