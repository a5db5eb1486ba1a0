/** Holds the shell's state in the main process and tells every listener each event. */
import { INITIAL_STATE, reduceShell, type Notice, type ShellEvent, type ShellState } from "@ionia/common";

export type ShellListener = (event: ShellEvent, state: ShellState) => void;

export class ShellStore {
  #state: ShellState = INITIAL_STATE;
  #lastNotice = 0;
  readonly #listeners = new Set<ShellListener>();

  get state(): ShellState {
    return this.#state;
  }

  dispatch(event: ShellEvent): void {
    this.#state = reduceShell(this.#state, event);
    for (const listener of this.#listeners) listener(event, this.#state);
  }

  notify(notice: Omit<Notice, "id">): void {
    this.#lastNotice += 1;
    this.dispatch({ type: "notice", notice: { ...notice, id: this.#lastNotice } });
  }

  subscribe(listener: ShellListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
