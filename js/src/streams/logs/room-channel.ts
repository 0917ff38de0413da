/** The channel of a room's log. */
export function roomChannel(roomId: string): string {
  return `room-log:${roomId}`;
}
