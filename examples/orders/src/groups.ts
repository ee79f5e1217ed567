/** The claim of a token in which the identity provider of this product names groups: JWT_AUTHORIZATION_GROUPS_ATTR_NAME. */
export const GROUPS_CLAIM = "https://orders.example.com/groups";

/** Sees everyone's orders. Others see their own. */
export const STAFF = "STAFF";
