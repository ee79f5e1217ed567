/** The same API on Fargate behind a load balancer. */
import type { Dns } from "./dns.ts";
import { type CallerSettings, callerEnvironment } from "./environment.ts";
import type { OwnRights } from "./function-args.ts";

export interface ContainerServiceArgs extends CallerSettings, OwnRights {
  /** An image in a registry, or the arguments to build one. */
  readonly image: sst.aws.ServiceArgs["image"];
  /** The path of the load balancer's health check: the endpoint with the role `health`. */
  readonly healthPath: string;
  /** Required, because tokens need HTTPS. */
  readonly domainName: string;
  readonly dns: Dns;
  /** Default: `*`. */
  readonly corsAllowOrigins?: readonly string[];
  /** As in `LambdaApi`: variables that follow from the other inputs are set already. */
  readonly environment?: Readonly<Record<string, $util.Input<string>>>;
  /** Default: a new one. */
  readonly vpc?: sst.aws.Vpc;
  /** Default: 30. */
  readonly logRetentionDays?: number;
  /** Default: 1 to 4. */
  readonly instances?: { readonly minimum: number; readonly maximum: number };
}

const PORT = 5000;

export class ContainerService extends $util.ComponentResource {
  readonly url: $util.Output<string>;

  constructor(name: string, args: ContainerServiceArgs, options?: $util.ComponentResourceOptions) {
    super("lambda-express-api:infra:ContainerService", name, {}, options);
    const { minimum, maximum } = args.instances ?? { minimum: 1, maximum: 4 };

    const vpc = args.vpc ?? new sst.aws.Vpc(`${name}Vpc`, {}, { parent: this });
    const cluster = new sst.aws.Cluster(`${name}Cluster`, { vpc }, { parent: this });
    const service = new sst.aws.Service(
      `${name}Service`,
      {
        cluster,
        architecture: "arm64",
        cpu: "0.25 vCPU",
        memory: "0.5 GB",
        image: args.image,
        environment: {
          ...args.environment,
          ...callerEnvironment(args),
          CORS_ALLOW_ORIGINS: (args.corsAllowOrigins ?? ["*"]).join(","),
          RUNTIME: "CONTAINERIZED",
          NODE_ENV: "production",
          PORT: String(PORT),
          // The load balancer sets the caller's address.
          TRUSTED_PROXY_HOPS: "1",
          // The load balancer stops sending after two failed checks. With the drain, that is less than the 30 s after which Fargate
          // kills the process.
          DRAIN_DELAY_SECONDS: "10",
        },
        ...(args.link && { link: args.link }),
        ...(args.permissions && { permissions: [...args.permissions] }),
        loadBalancer: {
          domain: { name: args.domainName, dns: args.dns },
          rules: [
            { listen: "80/http", redirect: "443/https" },
            { listen: "443/https", forward: `${PORT}/http` },
          ],
          health: {
            [`${PORT}/http`]: {
              path: args.healthPath,
              interval: "5 seconds",
              // AWS rejects a timeout that is not shorter than the interval. SST's default is 5 seconds.
              timeout: "4 seconds",
              unhealthyThreshold: 2,
            },
          },
        },
        scaling: { min: minimum, max: maximum },
        transform: {
          // SST would let it read every parameter and secret of the account.
          executionRole: (roleArgs) => {
            roleArgs.inlinePolicies = [];
          },
          logGroup: (logGroupArgs) => {
            logGroupArgs.retentionInDays = args.logRetentionDays ?? 30;
          },
        },
      },
      { parent: this },
    );

    this.url = service.url;
    this.registerOutputs({ _hint: service.url });
  }
}
