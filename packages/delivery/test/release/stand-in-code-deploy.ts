/**
 * A stand-in for CodeDeploy: one deployment group, whose deployments advance one step when a test lets time pass, with alarms
 * and rollbacks as in its user guide ("Deployments on an AWS Lambda compute platform", "Redeploy and roll back").
 */
import { parse } from "yaml";
import { FUNCTION_NAME, Refused, type StandInAlias } from "./stand-in-aws.ts";

export interface StandInDeployment {
  readonly deploymentId: string;
  readonly description: string;
  readonly creator: "user" | "codeDeployRollback";
  readonly deploymentConfigName: string;
  readonly heedsAlarms: boolean;
  readonly from: string;
  readonly to: string;
  readonly createTime: number;
  status: "Created" | "InProgress" | "Succeeded" | "Failed" | "Stopped";
  errorInformation?: { readonly code: string; readonly message: string };
  rollbackInfo?: { readonly rollbackDeploymentId: string };
  /** The number of completed steps. */
  steps: number;
}

interface Input {
  readonly deploymentId?: string;
  readonly deploymentIds?: readonly string[];
  readonly deploymentConfigName?: string;
  readonly description?: string;
  readonly applicationName?: string;
  readonly revision?: {
    readonly revisionType: string;
    readonly appSpecContent: { readonly content: string };
  };
  readonly overrideAlarmConfiguration?: { readonly enabled: boolean };
  readonly includeOnlyStatuses?: readonly string[];
}

export interface StandInCodeDeploy {
  readonly deployments: readonly StandInDeployment[];
  answer(operation: string, input: Input): Promise<object>;
  /** Adds a past release. */
  remember(from: string, to: string): void;
  setAlarm(isOn: boolean): void;
  advance(): Promise<void>;
}

const DEFAULT_CONFIG = "CodeDeployDefault.LambdaAllAtOnce";
const CANARY_STEPS = 2;

/**
 * @param find throws for a version that does not exist.
 * @param onChange called after each change of the alias.
 */
export function createStandInCodeDeploy(
  alias: StandInAlias,
  find: (version: string) => unknown,
  onChange: () => Promise<void>,
): StandInCodeDeploy {
  const deployments: StandInDeployment[] = [];
  let isAlarmOn = false;

  const isActive = ({ status }: StandInDeployment) => status === "Created" || status === "InProgress";
  const add = (deployment: Omit<StandInDeployment, "deploymentId" | "createTime" | "status" | "steps">) => {
    const created: StandInDeployment = {
      ...deployment,
      deploymentId: `d-${deployments.length + 1}`,
      createTime: deployments.length + 1,
      status: "Created",
      steps: 0,
    };
    deployments.push(created);
    return created;
  };

  async function move(version: string, weights: Record<string, number>): Promise<void> {
    Object.assign(alias, { version, weights });
    await onChange();
  }

  /** Ends a deployment, and starts its rollback. */
  function fail(
    deployment: StandInDeployment,
    status: "Failed" | "Stopped",
    code: string,
    message: string,
  ): void {
    const good = deployments.findLast((other) => other.status === "Succeeded");
    deployment.status = status;
    deployment.errorInformation = { code, message };
    if (!good) return;
    const { deploymentId } = add({
      description: "Automatic rollback",
      creator: "codeDeployRollback",
      deploymentConfigName: DEFAULT_CONFIG,
      heedsAlarms: false,
      from: deployment.to,
      to: good.to,
    });
    deployment.rollbackInfo = { rollbackDeploymentId: deploymentId };
  }

  async function goOn(deployment: StandInDeployment): Promise<void> {
    const { from, to, creator, deploymentConfigName, heedsAlarms } = deployment;
    deployment.steps += 1;
    if (heedsAlarms && isAlarmOn)
      return fail(deployment, "Stopped", "ALARM_ACTIVE", "One or more alarms have been activated");
    if (deployment.status === "Created") {
      deployment.status = "InProgress";
      const isAsSaid = alias.version === from && Object.keys(alias.weights).length === 0;
      if (creator === "user" && !isAsSaid)
        return fail(
          deployment,
          "Failed",
          "INVALID_LAMBDA_CONFIGURATION",
          "The alias is not at the current version",
        );
      if (deploymentConfigName !== DEFAULT_CONFIG) return move(from, { [to]: 0.1 });
    }
    if (deploymentConfigName !== DEFAULT_CONFIG && deployment.steps <= CANARY_STEPS) return;
    await move(to, {});
    deployment.status = "Succeeded";
  }

  function known(id: string | undefined): StandInDeployment {
    const found = deployments.find(({ deploymentId }) => deploymentId === id);
    if (found) return found;
    throw new Refused(400, "DeploymentDoesNotExistException", `There is no deployment ${id}`);
  }

  async function answer(operation: string, input: Input): Promise<object> {
    if (input.applicationName !== undefined && input.applicationName !== FUNCTION_NAME)
      throw new Refused(
        400,
        "ApplicationDoesNotExistException",
        `No application found for ${input.applicationName}`,
      );
    switch (operation) {
      case "GetDeploymentGroup": {
        const latest = deployments.at(-1);
        const successful = deployments.findLast(({ status }) => status === "Succeeded");
        return {
          deploymentGroupInfo: {
            deploymentConfigName: DEFAULT_CONFIG,
            ...(latest && { lastAttemptedDeployment: latest }),
            ...(successful && { lastSuccessfulDeployment: successful }),
          },
        };
      }
      case "CreateDeployment": {
        const active = deployments.find(isActive);
        if (active) {
          throw new Refused(
            400,
            "DeploymentLimitExceededException",
            `The Deployment Group 'latest' already has an active Deployment '${active.deploymentId}'`,
          );
        }
        const { deploymentConfigName = DEFAULT_CONFIG, description = "", revision } = input;
        const { from, to } = versionsOf(revision);
        find(from);
        find(to);
        const heedsAlarms = input.overrideAlarmConfiguration?.enabled !== false;
        const { deploymentId } = add({
          description,
          creator: "user",
          deploymentConfigName,
          heedsAlarms,
          from,
          to,
        });
        return { deploymentId };
      }
      case "GetDeployment":
        return { deploymentInfo: known(input.deploymentId) };
      case "BatchGetDeployments":
        return { deploymentsInfo: input.deploymentIds?.map(known) };
      case "ListDeployments":
        return {
          deployments: deployments
            .filter(({ status }) => input.includeOnlyStatuses?.includes(status))
            .map(({ deploymentId }) => deploymentId),
        };
      case "StopDeployment": {
        const deployment = known(input.deploymentId);
        if (!isActive(deployment))
          throw new Refused(400, "DeploymentAlreadyCompletedException", "The deployment is already complete");
        fail(deployment, "Stopped", "MANUAL_STOP", "The deployment was stopped by a user");
        return { status: "Pending" };
      }
      default:
        throw new Refused(400, "UnknownOperationException", operation);
    }
  }

  return {
    deployments,
    answer,
    remember(from, to) {
      const description = `Release: version ${from} to ${to}`;
      const old = {
        description,
        creator: "user",
        deploymentConfigName: DEFAULT_CONFIG,
        heedsAlarms: true,
        from,
        to,
      } as const;
      add(old).status = "Succeeded";
    },
    setAlarm(isOn) {
      isAlarmOn = isOn;
    },
    async advance() {
      const active = deployments.find(isActive);
      if (active) await goOn(active);
    },
  };
}

/** CodeDeploy user guide, "AppSpec File structure for AWS Lambda deployments". */
function versionsOf(revision: Input["revision"]): { readonly from: string; readonly to: string } {
  const { version, Resources: [resource] = [] } = parse(revision?.appSpecContent.content ?? "");
  const { Type, Properties } = resource?.[FUNCTION_NAME] ?? {};
  const { Name, Alias, CurrentVersion, TargetVersion } = Properties ?? {};
  const isRight =
    revision?.revisionType === "AppSpecContent" &&
    version === 0 &&
    Type === "AWS::Lambda::Function" &&
    Name === FUNCTION_NAME &&
    Alias === "latest" &&
    typeof CurrentVersion === "string" &&
    typeof TargetVersion === "string";
  if (!isRight) throw new Refused(400, "InvalidRevisionException", "The AppSpec file is not valid");
  return { from: CurrentVersion, to: TargetVersion };
}
