const NO_TASKS = 'the tasks extension: the library that the fixture is built on does not serve it';

/** Scenarios that the fixture does not pass by itself, and why. They count for nothing before the gateway either. */
export const expectedFailures: Readonly<Record<string, string>> = {
  'tasks-lifecycle': NO_TASKS,
  'tasks-capability-negotiation': NO_TASKS,
  'tasks-wire-fields': NO_TASKS,
  'tasks-request-state-removal': NO_TASKS,
  'tasks-mrtr-input': NO_TASKS,
  'tasks-request-headers': NO_TASKS,
  'tasks-dispatch-and-envelope': NO_TASKS,
  'tasks-required-task-error': NO_TASKS,
  'tasks-mrtr-composition': NO_TASKS,
};

/** Scenarios some of whose checks ask for what is not at the joined address, and need not be anywhere. */
export const joinedLacks: Readonly<Record<string, string>> = {
  'server-sse-polling':
    'the gateway itself takes up a stream that a server breaks, so events have no names',
  'server-sse-multiple-streams': 'its lists are answered as JSON, never as streams',
};
