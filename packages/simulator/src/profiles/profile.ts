import type { Static } from 'typebox';
import * as Type from 'typebox';

const Share = Type.Number({ minimum: 0, maximum: 1 });
const positive = { minimum: 0, maximum: 1_000_000_000 };
const Between = Type.Tuple([Type.Number(positive), Type.Number(positive)]);

/**
 * How the machines of a fleet are and behave. Data alone: a site may write its own as JSON. Ranges are the smallest
 * and the largest value; each machine draws its own.
 */
export const Profile = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 63 }),
    description: Type.String({ maxLength: 1024 }),
    /** Rows of the operating-system list, by their shares. */
    systems: Type.Array(
      Type.Object({
        id: Type.String(),
        version: Type.String(),
        architecture: Type.Union([Type.Literal('x64'), Type.Literal('x86'), Type.Literal('arm64')]),
        share: Type.Number({ minimum: 0 }),
      }),
      { minItems: 1 },
    ),
    languages: Type.Array(Type.Object({ language: Type.String(), share: Type.Number({ minimum: 0 }) }), {
      minItems: 1,
    }),
    models: Type.Array(
      Type.Object({
        manufacturer: Type.String(),
        model: Type.String(),
        cores: Type.Integer({ minimum: 1 }),
        memoryGiB: Type.Integer({ minimum: 1 }),
        diskGB: Type.Integer({ minimum: 1 }),
        share: Type.Number({ minimum: 0 }),
      }),
      { minItems: 1 },
    ),
    /** The agents are installed from a package of this version; absent: they are as new as the site. */
    agentVersion: Type.Optional(Type.String({ pattern: '^[0-9][A-Za-z0-9.+~-]*$', maxLength: 64 })),
    machinesPerSubnet: Type.Integer({ minimum: 1, maximum: 240 }),
    /** From the arrival of an order until the machine begins. */
    latencySeconds: Between,
    deliveryMBPerSecond: Between,
    stepSeconds: Type.Object({ install: Between, program: Between, script: Between, copy: Between }),
    failures: Type.Object({
      /** Of the steps that run something: those that end with one of `exitCodes`. */
      exitCode: Share,
      exitCodes: Type.Array(Type.Integer(), { minItems: 1 }),
      /** Of the installs: those that end well and cannot be detected. */
      notDetected: Share,
      timeLimit: Share,
      /** Of all these: those that a retry meets again. */
      lasting: Share,
    }),
    /** Of the installs: those that ask for a restart, where the program has an exit code for it. */
    wantsRestart: Share,
    /** Of the tries of steps that run something: those in whose middle the machine restarts without a word. */
    crashes: Type.Optional(Share),
    rebootSeconds: Between,
    power: Type.Object({
      /** Machines that are off at first. */
      offAtStart: Share,
      /** Null: a machine that is on stays on until it is told otherwise. */
      onMinutes: Type.Union([Between, Type.Null()]),
      offMinutes: Between,
    }),
    network: Type.Object({
      /** How long the line holds; null: for ever. */
      upMinutes: Type.Union([Between, Type.Null()]),
      awaySeconds: Between,
      /** How late what a machine asks or tells reaches the site; absent: at once. */
      lateSeconds: Type.Optional(Between),
    }),
  },
  { additionalProperties: false },
);
export type Profile = Static<typeof Profile>;
