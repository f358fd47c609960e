/** Operators, their log-ins and API keys: tables whose shape better-auth prescribes. */
export {}
