/**
 * Groups of a user pool, through Cognito's admin API.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminAddUserToGroup.html
 */
import { PlainError } from "../command.ts";
import { GROUPS, loadOptional } from "../optional-package.ts";
import type { GroupDirectory } from "./group-directory.ts";

interface Membership {
  readonly UserPoolId: string;
  readonly Username: string;
}

type Command<Input> = new (input: Input) => object;

interface CognitoModule {
  readonly CognitoIdentityProviderClient: new (options: {
    region: string;
    endpoint?: string;
  }) => { send(command: object): Promise<unknown> };
  readonly AdminCreateUserCommand: Command<
    Membership & {
      MessageAction: "SUPPRESS";
      UserAttributes: readonly { readonly Name: string; readonly Value: string }[];
    }
  >;
  readonly AdminSetUserPasswordCommand: Command<Membership & { Password: string; Permanent: true }>;
  readonly AdminListGroupsForUserCommand: Command<Membership & { NextToken?: string }>;
  readonly AdminAddUserToGroupCommand: Command<Membership & { GroupName: string }>;
  readonly AdminRemoveUserFromGroupCommand: Command<Membership & { GroupName: string }>;
}

interface GroupsPage {
  readonly Groups?: readonly { readonly GroupName?: string }[];
  readonly NextToken?: string;
}

export interface CognitoGroupsOptions {
  readonly userPoolId: string;
  /** For a Cognito that is not Amazon's. */
  readonly endpoint: string | undefined;
  /** Where to look for the SDK. */
  readonly folder: string;
}

/** The SDK finds its own credentials. */
export function createCognitoGroups({ userPoolId, endpoint, folder }: CognitoGroupsOptions): GroupDirectory {
  const cognito = loadOptional<CognitoModule>("@aws-sdk/client-cognito-identity-provider", folder, GROUPS);
  const [region = ""] = userPoolId.split("_");
  const client = new cognito.CognitoIdentityProviderClient({ region, ...(endpoint && { endpoint }) });
  const membership = (email: string) => ({ UserPoolId: userPoolId, Username: email });

  async function send(command: object, email: string, group = ""): Promise<unknown> {
    try {
      return await client.send(command);
    } catch (error) {
      throw explained(error, email, group);
    }
  }

  function explained(error: unknown, email: string, group: string): PlainError {
    const { name = "", message = "" } = error as { name?: string; message?: string };
    if (name === "UsernameExistsException")
      return new PlainError(
        `The user pool ${userPoolId} already has the user ${email}; use set instead of create.`,
      );
    if (name === "InvalidPasswordException")
      return new PlainError(
        `The user pool ${userPoolId} rejected the password (${message}), so ${email} exists without one; set another with: aws cognito-idp admin-set-user-password`,
      );
    if (name === "UserNotFoundException")
      return new PlainError(
        `The user pool ${userPoolId} does not have the user ${email}; create it with: npm run groups -- create ${email}`,
      );
    if (name === "ResourceNotFoundException" && group !== "") {
      return new PlainError(
        `The user pool ${userPoolId} does not have the group ${group}; create it with: aws cognito-idp create-group --user-pool-id ${userPoolId} --group-name ${group}`,
      );
    }
    return new PlainError(
      `Cognito rejected the request (${name || message.split("\n")[0]}); sign in with aws sso login, and set AWS_PROFILE to a profile that can administer the user pool ${userPoolId}.`,
    );
  }

  async function groupsOf(email: string): Promise<readonly string[]> {
    const groups: string[] = [];
    let token: string | undefined;
    do {
      const command = new cognito.AdminListGroupsForUserCommand({
        ...membership(email),
        ...(token !== undefined && { NextToken: token }),
      });
      const page = (await send(command, email)) as GroupsPage;
      groups.push(...(page.Groups ?? []).flatMap(({ GroupName }) => GroupName ?? []));
      token = page.NextToken;
    } while (token !== undefined);
    return groups;
  }

  return {
    async create(email, password) {
      const user = membership(email);
      const attributes = [
        { Name: "email", Value: email },
        { Name: "email_verified", Value: "true" },
      ];
      const input = { ...user, MessageAction: "SUPPRESS", UserAttributes: attributes } as const;
      await send(new cognito.AdminCreateUserCommand(input), email);
      const permanent = { ...user, Password: password, Permanent: true } as const;
      await send(new cognito.AdminSetUserPasswordCommand(permanent), email);
    },
    groupsOf,
    async setGroups(email, groups) {
      const before = await groupsOf(email);
      // Adds before it removes, so that a group that does not exist changes nothing.
      for (const group of groups.filter((group) => !before.includes(group))) {
        const input = { ...membership(email), GroupName: group };
        await send(new cognito.AdminAddUserToGroupCommand(input), email, group);
      }
      for (const group of before.filter((group) => !groups.includes(group))) {
        const input = { ...membership(email), GroupName: group };
        await send(new cognito.AdminRemoveUserFromGroupCommand(input), email, group);
      }
    },
  };
}
