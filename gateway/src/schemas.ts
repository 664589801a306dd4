// What documents for editors need, without the gateway itself.
export { gatewayConfigJsonSchema } from './config/gateway-config.ts';
export { lockJsonSchema } from './pins/lock.ts';
