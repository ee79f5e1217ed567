/**
 * A custom domain in front of one API or of several, each under a mapping key of its own. HTTP and WebSocket APIs
 * cannot share a domain; expose each kind under a name of its own.
 */
import type { Dns } from "./dns.ts";

/** What can be put under a domain. `LambdaApi` is one. */
export interface ExposableApi {
  readonly apiId: $util.Input<string>;
  readonly stageName: $util.Input<string>;
  /** One or several path segments; without it the API takes what no other takes. */
  readonly mappingKey?: string | undefined;
}

export interface ApiExposerArgs {
  readonly domainName: string;
  /** By a name for its URL in `urls`. */
  readonly apis: Readonly<Record<string, ExposableApi>>;
  /** Default: `HTTP`. */
  readonly protocol?: "HTTP" | "WEBSOCKET";
  /** Where the domain's DNS is hosted; without it you make the records, to `targetDomainName`. */
  readonly dns?: Dns | undefined;
  /** A certificate in the API's region. Default: one is made, and validated by a record. */
  readonly certificateArn?: $util.Input<string> | undefined;
  /** Default: `ipv4`. */
  readonly ipAddressType?: "ipv4" | "dualstack";
}

export class ApiExposer extends $util.ComponentResource {
  /** Where each API is reached, under the name that it has in `apis`. */
  readonly urls: Readonly<Record<string, $util.Output<string>>>;
  /** What the domain's record must point to, for those who make it themselves. */
  readonly targetDomainName: $util.Output<string>;
  /** The zone of that target, which an alias record at Route 53 names. */
  readonly targetZoneId: $util.Output<string>;

  /** @throws Error for what the gateway would refuse half-way through a deployment. */
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
          // A domain has each key once, so the key names the resource, whatever the API is called.
          `${name}Mapping${mappingKey ?? ""}`,
          {
            apiId,
            stage: stageName,
            domainName: domain.id,
            ...(mappingKey !== undefined && { apiMappingKey: mappingKey }),
          },
          // Another API under the same key is another mapping, for which the key has to be free.
          { parent, deleteBeforeReplace: true, aliases: [{ name: `${name}Mapping${apiName}` }] },
        );
        const path = mappingKey === undefined ? "" : `/${mappingKey}`;
        // Only when the mapping is there does the URL answer.
        return [apiName, mapping.id.apply(() => `${scheme}://${domainName}${path}`)];
      }),
    );
    this.registerOutputs({ _hint: `${scheme}://${domainName}` });

    function createCertificate(): $util.Output<string> {
      if (!dns) {
        throw new Error(
          `${domainName} has neither a certificate nor anybody who could make the record that validates one; give certificateArn or dns.`,
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
        `${earlier} and ${name} are both at https://${domainName}/${key}; give one of them another mapping key.`,
      );
    }
    nameByKey.set(key, name);
    if (mappingKey !== undefined && !MAPPING_KEY.test(mappingKey)) {
      throw new Error(
        `The mapping key ${JSON.stringify(mappingKey)} of ${name} is invalid; write it like "express".`,
      );
    }
    if (protocol === "WEBSOCKET" && key.includes("/")) {
      throw new Error(
        `The mapping key ${JSON.stringify(key)} of ${name} has several levels, which a WebSocket API cannot have; write one.`,
      );
    }
  }
}
