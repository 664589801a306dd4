export { checkGateway } from './config/check-gateway.ts';
export { gatewayConfigJsonSchema } from './config/gateway-config.ts';
export { gatewayRemarks } from './config/gateway-remarks.ts';
export { type LoadedConfig, loadConfig } from './config/load-config.ts';
export { startGateway } from './http/run-gateway.ts';
export { stateFiles } from './state/open-database.ts';
export { openSqliteState } from './state/sqlite-state.ts';
export { stateFolder, stateOption } from './state/state-folder.ts';
