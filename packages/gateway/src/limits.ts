// The service's quotas (docs/behaviour.md §2.3). None of them can be raised for an HTTP API, so they are not
// options here.

export const limits = {
  payloadBytes: 10 * 1024 * 1024,
  requestLineAndHeaderBytes: 10_240,
  invocationPayloadBytes: 6_291_456,
  integrationTimeoutMilliseconds: { minimum: 50, maximum: 30_000 },
  routes: 300,
  stages: 10,
  authorizers: 10,
  audiencesPerAuthorizer: 50,
  scopesPerRoute: 10,
  stageVariables: 100,
  multiLevelMappingsPerDomain: 200,
  customDomains: 120,
  accessLogFormatBytes: 3 * 1024,
  stageNameCharacters: 128,
  apiMappingKeyCharacters: 300,
  jwksBytes: 150_000,
  jwksTimeoutMilliseconds: 1_500,
} as const;
