import { singular, wordSet } from '../words.ts';

/** Nouns by what acting on them, or reading them, means. All singular; look up with {@link isAbout}. */
export const objects = {
  /** What is sent to people. */
  message: wordSet(
    `email mail message sms text dm tweet notification reply whatsapp telegram announcement invitation invite fax
    voicemail letter mms alert thread chat gif sticker reminder newsletter toot status_update push webhook emails
    comment_email attachment photo voice e-mail imessage postcard reaction_message survey`,
  ),
  /** What has been prepared, and is then sent off. */
  prepared: wordSet(
    'envelope campaign broadcast newsletter journey drip blast draft sequence reminder mailing',
  ),
  /** What runs. */
  process: wordSet(
    `job workflow pipeline run build task execution process session container pod instance vm server service machine
    cluster droplet app application simulation crawl scan suite benchmark training evaluation campaign journey agent
    actor function lambda macro automation flow scenario routine script notebook stream recording worker daemon emulator
    simulator device browser sandbox deployment rollout upload download generation migration replication experiment
    batch trace profiler tunnel environment codespace workspace kernel operation program playbook bot playback timer
    profiling monitoring watcher debugger listener scraper timer instance action node sync import export terminal
    command command_execution monitor dag runbook scene sprint_run pipeline_run mission robot printer vacuum motor replica
    workload daemonset statefulset replicaset proxy gateway print query forward`,
  ),
  /** What runs as soon as it is made. */
  workload: wordSet(
    `container pod deployment instance vm droplet server cluster sandbox codespace machine
    statefulset daemonset workload terminal shell tunnel emulator simulator agent_run stream runner devbox microvm replica`,
  ),
  /** What is work handed over when it is made. */
  job: wordSet(
    'job run build crawl scan batch execution invocation export backup evaluation training deployment prediction dump audit_run rollout finetune fine-tuning',
  ),
  /** What is only a plan for later. */
  definition: wordSet(
    `workflow schedule template pipeline definition journey campaign rule policy trigger automation flow config
    configuration draft cron cronjob function macro script playbook scenario alert monitor`,
  ),
  /** A live screen. */
  screen: wordSet(
    `page tab browser window app application url link website site dialog editor viewer screen desktop menu popup
    session viewport frame element selector button key keyboard mouse cursor checkbox dropdown input field form
    alert modal iframe canvas widget drawer activity`,
  ),
  /** Texts and figures worked out and given back. */
  answer: wordSet(
    `text code plan advice summary description answer response completion idea suggestion recommendation outline
    snippet query sql regex command example explanation prompt title caption schema type documentation doc changelog
    name slug uuid id guid password passphrase hash embedding number story poem translation analysis insight list
    table matrix guidance instruction steps checklist strategy roadmap overview comparison estimate forecast template
    config configuration manifest script test data mock url link markdown html json yaml xml csv css react component
    function message_text reply_text commit_message boilerplate scaffold palette color gradient signature statistic
    report brief specification spec prd feedback review score question quiz keyword hashtag tag headline reasoning
    mermaid types interface graph tree map diagram_code lorem fact joke quote content copy`,
  ),
  /** Things made for keeping. */
  asset: wordSet(
    `image picture photo video audio speech voice music song sound sfx animation avatar logo icon thumbnail file pdf
    document spreadsheet presentation slide deck podcast clip 3d model mesh texture sprite asset illustration wallpaper
    banner poster infographic artwork sbom archive zip zipfile workbook excel docx pptx ebook qr qrcode barcode gif chart diagram
    graph plot map`,
  ),
  /** Assets that take a paid or long job. */
  heavyAsset: wordSet('video music song 3d mesh podcast animation avatar'),
  mark: wordSet(
    `label tag star reaction like favorite favourite bookmark watcher assignee follower flag pin vote upvote emoji
    highlight mute subscriber watch category marker keyword heart emoji_reaction subscription badge hashtag mention
    filter formatting sort style selection`,
  ),
  bin: wordSet('trash bin recycle recyclebin wastebasket'),
  money: wordSet(
    `payment refund charge payout invoice money fund checkout order trade coin crypto eth ether btc bitcoin sol usdc
    usdt usd nft price subscription transaction bill credit balance donation tip wager bet share stock option future
    loan liquidity allowance lamport satoshi payroll dispute position ticket_purchase gift asset purchase currency
    cash token swap portfolio stake`,
  ),
  /** Money itself; a verb that hands it over moves money. */
  cash: wordSet(
    `payment refund payout money fund funds eth ether btc bitcoin sol usdc usdt usd nft crypto cryptocurrency donation tip
    satoshi lamport coin cash credit payroll sats matic bnb xrp near ada dust erc20 spl native lovelace`,
  ),
  /** Documents of charging: issuing them changes what someone pays. */
  charge: wordSet(
    'payment refund charge payout checkout donation tip installment purchase credit surcharge chargeback',
  ),
  credential: wordSet(
    `secret kubeconfig apikey api-key token password passwd passphrase credential certificate cert pat oauth totp otp mfa 2fa
    keypair privatekey ssh-key jwt keystore passkey pin_code login logins credentials ssh_key`,
  ),
  access: wordSet(
    `permission role acl access grant privilege entitlement policy iam rbac firewall allowlist whitelist blocklist
    rolebinding clusterrole clusterrolebinding membership scope collaborator admin administrator owner ownership
    access-control sharing serviceaccount`,
  ),
  people: wordSet(
    `user member contact customer client person employee candidate patient lead attendee subscriber participant
    collaborator guest follower student teacher recipient prospect applicant profile account owner team staff admin
    me whoami visitor tenant donor player assignee reviewer supplier vendor partner`,
  ),
  /** What may hold what is personal or confidential. */
  personal: wordSet(
    `email mail mailbox inbox message messages chat conversation dm thread contact customer attendee patient lead deal ticket
    order invoice transaction payment purchase payout refund receipt employee candidate member person opportunity
    collaborator recipient sms voicemail call transcript recording attachment note notes document file record row calendar
    event meeting appointment booking reservation medication prescription diagnosis bank statement payslip payroll
    salary timesheet profile user addressbook clipboard journal diary health sleep workout memory crm photo
    subscriber participant student teacher intent reply mention charge dispute estimate_invoice quote_crm case company crm_object prospect applicant
    response submission answer survey_response card cardholder location_history history`,
  ),
  /** What other people wrote. */
  outside: wordSet(
    `web webpage website tweet post subreddit reddit comment review wikipedia article news issue issues pull_request pr
    merge_request mr discussion thread story hn youtube transcript video_transcript google bing feed rss blog url
    page html markdown site internet online tweets timeline trend paper arxiv dataset space`,
  ),
} as const satisfies Record<string, ReadonlySet<string>>;
export type ObjectClass = keyof typeof objects;

/** Whether one of the words, or its singular, is of the class. */
export function isAbout(words: readonly string[], kind: ObjectClass): boolean {
  return words.some((word) => objects[kind].has(word) || objects[kind].has(singular(word)));
}
