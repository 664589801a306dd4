import { defineScenario } from '../replay/scenario.ts';

export default defineScenario({
  id: 'tool-enumeration',
  family: 'confused-deputy',
  story:
    'Somebody asks which tools there are, tries a guessed name as well, and learns of a tool that refunds money.',
  servers: {
    shop: {
      tools: [
        { name: 'get_order', description: 'Read an order.', run: () => 'order 1' },
        { name: 'search_orders', description: 'Search the orders.', run: () => 'order 1' },
        { name: 'refund_order', description: 'Refund an order.', run: () => 'refunded' },
      ],
    },
  },
  against: 'policy',
  ordinary: { version: '1', default: 'allow' },
  controls: ['hide'],
  isWhole: true,
  attack: {
    async act(agent, world) {
      const names = (await agent.list('shop')).map(({ name }) => name);
      world.outside.push(...names);
      const guessed = await agent.call('shop', 'refund_order');
      const invented = await agent.call('shop', 'refund_ordex');
      // Two answers that differ tell which of the two names is real.
      const alike = (text: string) => text.replaceAll(/refund_orde[rx]/g, 'NAME');
      if (alike(guessed.text) !== alike(invented.text)) world.outside.push('refund_order');
    },
    happened: (world) => world.outside.includes('refund_order'),
  },
  benign: {
    act: async (agent) => void (await agent.call('shop', 'get_order')),
    happened: (world) => world.reached('get_order'),
  },
});
