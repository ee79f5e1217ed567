/**
 * A custom domain in front of one or more APIs, each under its own mapping key. HTTP and WebSocket APIs cannot share a domain;
 * expose each kind under a separate name.
 */
import type { Dns } from "./dns.ts";

/** An API that a domain can serve, such as a `LambdaApi`. */
export interface ExposableApi {
  readonly apiId: $util.Input<string>;
  readonly stageName: $util.Input<string>;
  /** One or more path segments. Without it the API gets every path that no other API has. */
  readonly mappingKey?: string | undefined;
}

export interface ApiExposerArgs {
  readonly domainName: string;
  /** Each name is also the key of the API's URL in `urls`. */
  readonly apis: Readonly<Record<string, ExposableApi>>;
  /** Default: `HTTP`. */
  readonly protocol?: "HTTP" | "WEBSOCKET";
  /** Where the domain's DNS is hosted. Without it you create the records, which point to `targetDomainName`. */
  readonly dns?: Dns | undefined;
  /** A certificate in the API's region. Default: a new one, validated by a DNS record. */
  readonly certificateArn?: $util.Input<string> | undefined;
  /** Default: `ipv4`. */
  readonly ipAddressType?: "ipv4" | "dualstack";
}

export class ApiExposer extends $util.ComponentResource {
  /** The URL of each API, under its name in `apis`. */
  readonly urls: Readonly<Record<string, $util.Output<string>>>;
  /** The target of the domain's record, for records that you create yourself. */
  readonly targetDomainName: $util.Output<string>;
  /** The zone of the target, for an alias record at Route 53. */
  readonly targetZoneId: $util.Output<string>;

  /** @throws Error for mistakes that the gateway would refuse only during the deployment. */
  constructor(name: string, args: ApiExposerArgs, options?: $util.ComponentResourceOptions) {
    super("lambda-express-api:infra:ApiExposer", name, {}, options);
    const parent = this;
    const { domainName, apis, protocol = "HTTP", dns } = args;
    checkMappingKeys(domainName, apis, protocol);

    const domain = new aws.apigatewayv2.DomainName(
      `${name}DomainName`,
      {
        domainName,
        domainNameConfiguration: {
          certificateArn: args.certificateArn ?? createCertificate(),
          endpointType: "REGIONAL",
          securityPolicy: "TLS_1_2",
          ...(args.ipAddressType && { ipAddressType: args.ipAddressType }),
        },
      },
      { parent },
    );
    this.targetDomainName = domain.domainNameConfiguration.targetDomainName;
    this.targetZoneId = domain.domainNameConfiguration.hostedZoneId;

    dns?.createAlias(
      name,
      {
        name: domainName,
        aliasName: this.targetDomainName,
        aliasZone: this.targetZoneId,
      },
      { parent },
    );

    const scheme = protocol === "HTTP" ? "https" : "wss";
    this.urls = Object.fromEntries(
      Object.entries(apis).map(([apiName, { apiId, stageName, mappingKey }]) => {
        const mapping = new aws.apigatewayv2.ApiMapping(
          // The key is unique in a domain, so it names the resource. A renamed API keeps its mapping.
          `${name}Mapping${mappingKey ?? ""}`,
          {
            apiId,
            stage: stageName,
            domainName: domain.id,
            ...(mappingKey !== undefined && { apiMappingKey: mappingKey }),
          },
          // A different API under the same key is a new mapping, which needs the key to be free.
          { parent, deleteBeforeReplace: true, aliases: [{ name: `${name}Mapping${apiName}` }] },
        );
        const path = mappingKey === undefined ? "" : `/${mappingKey}`;
        // The URL answers only after the mapping exists.
        return [apiName, mapping.id.apply(() => `${scheme}://${domainName}${path}`)];
      }),
    );
    this.registerOutputs({ _hint: `${scheme}://${domainName}` });

    function createCertificate(): $util.Output<string> {
      if (!dns) {
        throw new Error(
          `${domainName} has no certificate, and no DNS provider to validate a new one; set certificateArn or dns.`,
        );
      }
      return new sst.aws.DnsValidatedCertificate(`${name}Ssl`, { domainName, dns }, { parent }).arn;
    }
  }
}

/** API reference, CreateApiMapping. */
const MAPPING_KEY = /^(?!\/)[\w.$+!*'()/-]{1,300}(?<!\/)$/;

function checkMappingKeys(
  domainName: string,
  apis: ApiExposerArgs["apis"],
  protocol: "HTTP" | "WEBSOCKET",
): void {
  const nameByKey = new Map<string, string>();
  for (const [name, { mappingKey }] of Object.entries(apis)) {
    const key = mappingKey ?? "";
    const earlier = nameByKey.get(key);
    if (earlier !== undefined) {
      throw new Error(
        `${earlier} and ${name} are both at https://${domainName}/${key}; give one of them a different mapping key.`,
      );
    }
    nameByKey.set(key, name);
    if (mappingKey !== undefined && !MAPPING_KEY.test(mappingKey)) {
      throw new Error(
        `The mapping key ${JSON.stringify(mappingKey)} of ${name} is invalid; use a value like "express".`,
      );
    }
    if (protocol === "WEBSOCKET" && key.includes("/")) {
      throw new Error(
        `The mapping key ${JSON.stringify(key)} of ${name} has several levels, which a WebSocket API cannot have; write one.`,
      );
    }
  }
}
