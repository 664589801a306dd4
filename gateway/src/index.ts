/** The gateway: sits between an MCP client and its servers and judges every call. */
export {};
