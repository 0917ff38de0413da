/** With it a chat's client takes Millrace's notices, and says where it was. */
export const NOTICES_HEADER = "X-Stream-Notices";

/** Which answer of a chat a response gives. */
export const ANSWER_ID_HEADER = "X-Answer-ID";
