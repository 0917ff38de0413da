/** The channels that a client has chosen, as its requests and their answers have them. */
export interface ChosenChannels {
  /** What the next request says; empty for none. */
  names: string;
  /** What the newest request for the stream said. */
  sent: string;
  /** Of the newest stream's answer. */
  answer?: Headers;
  /** Such an answer has come. */
  answered?: () => void;
  /** The client is closed. */
  closed?: () => void;
}
