import { defineSignal } from '../signal.ts';

export const codeExecution = defineSignal({
  id: 'caller-program',
  trait: 'code_execution',
  meaning: 'An argument is run by a shell, an interpreter or a page.',
  find: ({ program, category, reading, main }) => {
    if (program?.kind === 'code') return [program.evidence];
    if (category !== 'Execute') return [];
    // A workload that the caller defines runs the command it names.
    const command = reading.fields.find(
      ({ name, type, description }) =>
        /^(?:command|cmd|args|entrypoint)$/i.test(name) &&
        (type === 'array' || type === 'string') &&
        /\b(?:run|execute)\b.{0,40}\b(?:container|job|pod|process)|\bcontainer\b/i.test(
          `${description} ${main?.objectText ?? ''}`,
        ),
    );
    return command === undefined ? [] : [{ pointer: command.pointer, quote: command.name }];
  },
});
