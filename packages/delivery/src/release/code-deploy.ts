/**
 * The calls to CodeDeploy. A deployment moves callers from one version to another, and back if it fails, an alarm goes off, or
 * it is stopped.
 */
import {
  BatchGetDeploymentsCommand,
  CodeDeployClient,
  type CodeDeployClientConfig,
  CreateDeploymentCommand,
  type DeploymentInfo,
  GetDeploymentCommand,
  GetDeploymentGroupCommand,
  paginateListDeployments,
  StopDeploymentCommand,
} from "@aws-sdk/client-codedeploy";
import { ALIAS_NAME } from "@lambda-express-api/infra/names.ts";
import { DEPLOYMENT_CONFIG_PREFIX, type TrafficShift } from "@lambda-express-api/infra/traffic-shifts.ts";
import { isNamed, refusal } from "./refusals.ts";
import { ReleaseError } from "./release-error.ts";

/** Moves callers from one version to another. */
export interface Shift {
  readonly kind: "Release" | "Rollback";
  readonly from: string;
  readonly to: string;
}

export interface Deployment {
  readonly id: string;
  readonly state: "running" | "succeeded" | "failed";
  /** Why it failed, in AWS's words. */
  readonly why: string;
  /** The deployment that rolls this one back. */
  readonly rollbackId: string | undefined;
  /** Whether it is a rollback, by AWS or by a command. */
  readonly isRollback: boolean;
  readonly createdAt: number;
  /** Its shift; `undefined` if another tool created it. */
  readonly shift: Shift | undefined;
}

export interface DeploymentGroup {
  readonly trafficShift: string;
  /** Whether a deployment has ever succeeded. Before that, AWS cannot roll back. */
  readonly hasSucceeded: boolean;
  /** The newest deployment, whatever its result. */
  readonly latestId: string | undefined;
}

export interface ShiftOptions {
  /** Default: the deployment group's. */
  readonly trafficShift?: TrafficShift | undefined;
  /** Whether alarms stop it. */
  readonly heedsAlarms: boolean;
  /** The newest deployment before this one. */
  readonly latestId: string | undefined;
}

export interface CodeDeploy {
  readGroup(): Promise<DeploymentGroup>;
  readDeployment(id: string): Promise<Deployment>;
  /** Starts it and returns the deployment's id. */
  startShift(shift: Shift, options: ShiftOptions): Promise<string>;
  /** Stops a deployment, and AWS rolls it back. */
  stopDeployment(id: string): Promise<void>;
  /** Successful shifts, newest first. */
  listShifts(): Promise<readonly Shift[]>;
}

/** CodeDeploy's limit on one look-up (API reference, BatchGetDeployments). */
const BATCH_SIZE = 25;
const DESCRIPTION = /^(Release|Rollback): version (\d+) to (\d+)$/;

export function connectCodeDeploy(functionName: string, options: CodeDeployClientConfig): CodeDeploy {
  const client = new CodeDeployClient(options);
  const group = { applicationName: functionName, deploymentGroupName: ALIAS_NAME };
  const groupName = `${functionName}/${ALIAS_NAME}`;

  async function ask<T>(action: string, call: () => Promise<T>): Promise<T> {
    return call().catch((error) => {
      throw refused(action, error);
    });
  }

  function refused(action: string, error: unknown): ReleaseError {
    return isNamed(error, "ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException")
      ? new ReleaseError(
          `The deployment group ${groupName} does not exist in this region and account; deploy the stage with CODE_DELIVERY=pipeline first.`,
        )
      : refusal(error, `codedeploy:${action}`, groupName);
  }

  async function readGroup(): Promise<DeploymentGroup> {
    const { deploymentGroupInfo } = await ask("GetDeploymentGroup", () =>
      client.send(new GetDeploymentGroupCommand(group)),
    );
    return {
      trafficShift: (deploymentGroupInfo?.deploymentConfigName ?? "").replace(DEPLOYMENT_CONFIG_PREFIX, ""),
      hasSucceeded: deploymentGroupInfo?.lastSuccessfulDeployment?.deploymentId !== undefined,
      latestId: deploymentGroupInfo?.lastAttemptedDeployment?.deploymentId,
    };
  }

  async function readDeployment(deploymentId: string): Promise<Deployment> {
    const { deploymentInfo = {} } = await ask("GetDeployment", () =>
      client.send(new GetDeploymentCommand({ deploymentId })),
    );
    return deploymentOf(deploymentInfo);
  }

  return {
    readGroup,
    readDeployment,

    async startShift(shift, { trafficShift, heedsAlarms, latestId }) {
      try {
        const { deploymentId = "" } = await client.send(
          new CreateDeploymentCommand({
            ...group,
            ...(trafficShift && { deploymentConfigName: `${DEPLOYMENT_CONFIG_PREFIX}${trafficShift}` }),
            description: `${shift.kind}: version ${shift.from} to ${shift.to}`,
            revision: {
              revisionType: "AppSpecContent",
              appSpecContent: { content: appSpec(functionName, shift) },
            },
            ...(!heedsAlarms && { overrideAlarmConfiguration: { enabled: false } }),
          }),
        );
        return deploymentId;
      } catch (error) {
        // It may exist all the same: without a token, AWS cannot recognize the SDK's second attempt.
        const id = await readGroup().then(
          (present) => present.latestId,
          () => undefined,
        );
        const made =
          id !== undefined && id !== latestId ? await readDeployment(id).catch(() => undefined) : undefined;
        if (made?.shift && isSame(made.shift, shift)) return made.id;
        if (isNamed(error, "DeploymentLimitExceededException"))
          throw new ReleaseError(
            "CodeDeploy is already shifting traffic for another release; wait for it to finish, or stop it with: npm run rollback",
          );
        throw refused("CreateDeployment", error);
      }
    },

    async stopDeployment(deploymentId) {
      try {
        await client.send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: true }));
      } catch (error) {
        if (!isNamed(error, "DeploymentAlreadyCompletedException"))
          throw refusal(error, "codedeploy:StopDeployment", deploymentId);
      }
    },

    async listShifts() {
      const pages = paginateListDeployments({ client }, { ...group, includeOnlyStatuses: ["Succeeded"] });
      const ids: string[] = [];
      await ask("ListDeployments", async () => {
        for await (const { deployments = [] } of pages) ids.push(...deployments);
      });
      const deployments: Deployment[] = [];
      for (let first = 0; first < ids.length; first += BATCH_SIZE) {
        const deploymentIds = ids.slice(first, first + BATCH_SIZE);
        const { deploymentsInfo = [] } = await ask("BatchGetDeployments", () =>
          client.send(new BatchGetDeploymentsCommand({ deploymentIds })),
        );
        deployments.push(...deploymentsInfo.map(deploymentOf));
      }
      return deployments
        .sort((a, b) => b.createdAt - a.createdAt)
        .flatMap(({ shift }) => (shift ? [shift] : []));
    },
  };
}

/** CodeDeploy user guide, "AppSpec File example for an AWS Lambda deployment". */
function appSpec(functionName: string, { from, to }: Shift): string {
  return `version: 0.0
Resources:
  - ${functionName}:
      Type: AWS::Lambda::Function
      Properties:
        Name: ${functionName}
        Alias: ${ALIAS_NAME}
        CurrentVersion: "${from}"
        TargetVersion: "${to}"
`;
}

function deploymentOf(info: DeploymentInfo): Deployment {
  const {
    deploymentId = "",
    status,
    errorInformation,
    rollbackInfo,
    description = "",
    createTime,
    creator,
  } = info;
  const [, kind, from, to] = DESCRIPTION.exec(description) ?? [];
  return {
    id: deploymentId,
    state:
      status === "Succeeded"
        ? "succeeded"
        : status === "Failed" || status === "Stopped"
          ? "failed"
          : "running",
    why: (errorInformation?.message ?? errorInformation?.code ?? "AWS did not give a reason").replace(
      /\.$/,
      "",
    ),
    rollbackId: rollbackInfo?.rollbackDeploymentId,
    isRollback: kind === "Rollback" || creator === "codeDeployRollback",
    createdAt: createTime?.getTime() ?? 0,
    shift: kind && from && to ? { kind: kind as Shift["kind"], from, to } : undefined,
  };
}

function isSame(a: Shift, b: Shift): boolean {
  return a.kind === b.kind && a.from === b.from && a.to === b.to;
}
