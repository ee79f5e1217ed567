/** The claim in which this product's identity provider names groups: JWT_AUTHORIZATION_GROUPS_ATTR_NAME. */
export const GROUPS_CLAIM = "https://orders.example.com/groups";

/** Sees all orders. Other callers see only their own. */
export const STAFF = "STAFF";
