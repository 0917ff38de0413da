/** What a validator of the Standard Schema specification (version 1) has; zod, valibot, arktype and others make them. */
export interface StandardSchema<Output> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => ValidationResult<Output> | Promise<ValidationResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

type ValidationResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };

/** Validators by event type; types without one are not checked. */
export type Schemas<Events extends object> = {
  readonly [Type in keyof Events & string]?: StandardSchema<Events[Type]>;
};

/** What an event's data is made of its text: JSON, the text itself, or what a function makes of it. */
export type Parse = "json" | "text" | ((text: string, type: string) => unknown);
