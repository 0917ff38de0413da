export interface Price {
  readonly name: string;
  readonly amount: number;
}

export const CATALOGUE_CHANNEL = "catalogue";
export const CATALOGUE_TAG = "catalogue";
