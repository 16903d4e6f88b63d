/** An error as SQL Server reports it: number, state and class travel in the ERROR token. */
export class SqlError extends Error {
  readonly number: number;
  readonly state: number;
  readonly class: number;

  constructor(number: number, message: string, options: { state?: number; class?: number } = {}) {
    super(message);
    this.name = "SqlError";
    this.number = number;
    this.state = options.state ?? 1;
    this.class = options.class ?? 16;
  }
}

/** 102: the statement, or this part of it, is not in the subset that this server speaks. */
export function syntaxError(near: string): SqlError {
  return new SqlError(102, `Incorrect syntax near '${near}'.`, { class: 15 });
}

export function unknownObject(name: string): SqlError {
  return new SqlError(208, `Invalid object name '${name}'.`);
}

export function unknownColumn(name: string): SqlError {
  return new SqlError(207, `Invalid column name '${name}'.`);
}

export function unknownFunction(name: string): SqlError {
  return new SqlError(195, `'${name}' is not a recognized built-in function name.`, {
    class: 15,
    state: 10,
  });
}

export function unboundIdentifier(name: string): SqlError {
  return new SqlError(4104, `The multi-part identifier "${name}" could not be bound.`);
}

export function undeclaredVariable(name: string): SqlError {
  return new SqlError(137, `Must declare the scalar variable "${name}".`, { class: 15, state: 2 });
}
