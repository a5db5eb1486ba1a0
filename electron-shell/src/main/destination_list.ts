/** The destinations of the settings as the user changes them, with their keys; a stream that runs goes along. */
import {
  EngineError,
  FIRST_DESTINATION,
  InvalidSettings,
  MOST_DESTINATIONS,
  NAME_IS_SECRET,
  destinationOf,
  destinationsOf,
  isStreamActive,
  looksLikeSecret,
  nextDestination,
  withDestination,
  type DestinationPatch,
  type Settings,
} from "@ionia/common";
import { slotsOf, type Destinations } from "./destinations.ts";
import type { NetworkTest } from "./network_test.ts";
import type { ShellStore } from "./shell_store.ts";
import type { StreamControl } from "./stream_control.ts";

export interface DestinationListOptions {
  readonly store: ShellStore;
  readonly destinations: Destinations;
  readonly stream: StreamControl;
  readonly networkTest: NetworkTest;
  /** Changes the settings. Rejects with what the change throws, or with EngineError where they can't be saved. */
  readonly change: (change: (current: Settings) => Settings) => Promise<Settings>;
}

/** All that change something reject with InvalidSettings or EngineError; what they can't do is as it was then. */
export class DestinationList {
  readonly #store: ShellStore;
  readonly #destinations: Destinations;
  readonly #stream: StreamControl;
  readonly #networkTest: NetworkTest;
  readonly #change: DestinationListOptions["change"];

  constructor({ store, destinations, stream, networkTest, change }: DestinationListOptions) {
    this.#store = store;
    this.#destinations = destinations;
    this.#stream = stream;
    this.#networkTest = networkTest;
    this.#change = change;
  }

  get #settings(): Settings {
    return this.#store.state.settings;
  }

  get #isLive(): boolean {
    return isStreamActive(this.#store.state.stream.phase);
  }

  async saveKey(slot: string, key: string): Promise<void> {
    await this.#destinations.saveKey(slot, key);
    void this.#follow();
  }

  async forgetKey(slot: string): Promise<void> {
    await this.#destinations.forgetKey(slot);
  }

  /** Rejects when there are as many as there may be. */
  async add(): Promise<void> {
    const live = this.#isLive;
    await this.#change((current) => {
      const added = nextDestination(current, !live);
      if (added === undefined) throw new InvalidSettings(`A stream has ${MOST_DESTINATIONS} destinations at most.`);
      return { ...current, moreDestinations: [...current.moreDestinations, added] };
    });
  }

  /** Rejects for an address that is none. */
  async change(id: string, patch: DestinationPatch): Promise<void> {
    const before = destinationOf(this.#settings, id);
    if (before === undefined) return;
    const slots = slotsOf({ ...before, ...patch });
    const { server, service, name = "" } = patch;
    if (looksLikeSecret(name) || (await this.#destinations.hasKept(name))) throw new InvalidSettings(NAME_IS_SECRET);
    if (service !== undefined && service !== before.service && this.#stream.goesTo(id))
      throw new InvalidSettings("Another service is chosen when the stream does not go there any more.");
    // Another service knows nothing of this one's key and address. Of the first one each has its own.
    const another = service !== undefined && service !== before.service && id !== FIRST_DESTINATION;
    if (another) await this.#destinations.forget(slots);
    const clear =
      server !== undefined
        ? { server: await this.#destinations.kept(server, "entered", slots) }
        : another
          ? { server: "" }
          : {};
    await this.#change((current) => withDestination(current, id, { ...patch, ...clear }));
    if (patch.enabled === true) this.#stream.forget(id);
    void this.#follow();
  }

  /**
   * First the stream leaves it: as long as the engine goes there, its key is not forgotten. Then its key: what can't be
   * forgotten stays in sight, switched off.
   */
  async remove(id: string): Promise<void> {
    const found = this.#settings.moreDestinations.find((one) => one.id === id);
    if (found === undefined) return;
    await this.#stream.leave(id);
    try {
      await this.#destinations.forget(slotsOf(found));
    } catch (error) {
      await this.#change((current) => withDestination(current, id, { enabled: false }));
      throw error;
    }
    await this.#change((current) => ({
      ...current,
      moreDestinations: current.moreDestinations.filter((one) => one.id !== id),
    }));
  }

  /** Try how much the way there carries. Resolves when that has begun: the state says the rest. */
  async testNetwork(id: string): Promise<void> {
    const found = destinationOf(this.#settings, id);
    if (found === undefined) return;
    if (this.#isLive) throw new EngineError("already_running", "The way is tried while nothing is streamed.");
    this.#networkTest.start(await this.#destinations.target(found));
  }

  cancelNetworkTest(): Promise<void> {
    return this.#networkTest.cancel();
  }

  /** Have a running stream go where the settings say now. Never rejects. */
  async #follow(): Promise<void> {
    if (!this.#isLive) return;
    const settings = this.#settings;
    const targets = await this.#destinations.whole(settings);
    const used = destinationsOf(settings).filter(({ enabled }) => enabled);
    await this.#stream.follow(targets, new Set(used.map(({ id }) => id)));
  }
}
