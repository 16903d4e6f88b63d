// Speaks the dialect of Databricks' Thrift interface before an open-source Spark Thrift Server.
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { Agent } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { callbackify } from "node:util";
import { presign } from "databricks-standin";
import { isGovernance, parseCopy, parseDescribeVolume, parseStaging, parseVolume, rewrite } from "./rewrite.mjs";

const require = createRequire(import.meta.url);
const thrift = require("thrift");
const Int64 = require("node-int64");
const types = require("@databricks/sql/thrift/TCLIService_types");
const service = require("@databricks/sql/thrift/TCLIService");

/** Spark needs Hive's number in place of Databricks' own. */
const HIVE_PROTOCOL = types.TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V10;
const success = () => new types.TStatus({ statusCode: types.TStatusCode.SUCCESS_STATUS });

/**
 * A failure on cue: `options.chooseFault(sql)` gives `{ error }`, an error class and text as Databricks words it, or
 * `{ delayMs }`, a warehouse that has to start first.
 *
 * Answers Thrift requests; what Spark lacks is emulated, everything else is Spark's own answer. */
export class ThriftFront {
  #client;
  #pending = new Set();
  /** Files that each table has taken, as COPY INTO remembers them. */
  #loaded = new Map();
  /** Files that a COPY INTO is bringing in now. */
  #copying = new Set();
  /** Operations that this front answers itself. */
  #own = new Map();
  #processor;
  #options;
  /** Every statement that came, as it came. */
  statements = [];
  /** The tags of every session that had some. */
  queryTags = [];
  /** Where presigned addresses lead: the workspace's own. */
  url = "";

  constructor(options) {
    this.#options = options;
    const connection = thrift.createHttpConnection("127.0.0.1", options.upstreamPort, {
      transport: thrift.TBufferedTransport,
      protocol: thrift.TBinaryProtocol,
      path: "/cliservice",
      headers: { Authorization: `Basic ${Buffer.from("test:test").toString("base64")}` },
      nodeOptions: { agent: new Agent({ keepAlive: true }) },
    });
    connection.on("error", (error) => {
      for (const reject of this.#pending) reject(error);
    });
    this.#client = thrift.createHttpClient(service, connection);
    this.#processor = new service.Processor(this.#handlers());
  }

  /** The answer to one request, both as Thrift bytes. */
  answer(body) {
    return new Promise((resolve) => {
      const receive = thrift.TBufferedTransport.receiver((input) => {
        const output = new thrift.TBufferedTransport(undefined, (bytes) => resolve(bytes));
        this.#processor.process(
          new thrift.TBinaryProtocol(input),
          new thrift.TBinaryProtocol(output),
        );
      }, 0);
      receive(Buffer.from(body));
    });
  }

  #handlers() {
    const handlers = {};
    const methods = Object.keys(service.Client.prototype).filter((name) => /^[A-Z]/.test(name));
    const special = {
      OpenSession: (request) => this.#openSession(request),
      ExecuteStatement: (request) => this.#execute(request),
      GetResultSetMetadata: (request) => this.#metadata(request),
      GetOperationStatus: (request) => this.#status(request),
      FetchResults: (request) => this.#fetch(request),
      CloseOperation: (request) => this.#close(request),
    };
    for (const name of methods) {
      const handle = special[name] ?? ((request) => this.#call(name, request));
      handlers[name] = (request, done) => {
        callbackify(handle)(request, done);
      };
    }
    return handlers;
  }

  #call(method, request) {
    return new Promise((resolve, reject) => {
      this.#pending.add(reject);
      this.#client[method](request, (error, answer) => {
        this.#pending.delete(reject);
        if (error) reject(error);
        else resolve(answer);
      });
    });
  }

  async #openSession({ configuration = {} }) {
    // Attribution is Databricks' own: open-source Spark would take it for a variable.
    const { QUERY_TAGS: tags, ...known } = configuration ?? {};
    if (tags !== undefined) this.queryTags.push(tags);
    const answer = await this.#call(
      "OpenSession",
      new types.TOpenSessionReq({ client_protocol: HIVE_PROTOCOL, configuration: known }),
    );
    answer.serverProtocolVersion = types.TProtocolVersion.SPARK_CLI_SERVICE_PROTOCOL_V8;
    return answer;
  }

  async #execute({ sessionHandle, statement }) {
    try {
      return await this.#perform(sessionHandle, statement);
    } catch (error) {
      return new types.TExecuteStatementResp({
        status: new types.TStatus({
          statusCode: types.TStatusCode.ERROR_STATUS,
          errorMessage: error.message,
          sqlState: /SQLSTATE: (\w+)/.exec(error.message)?.[1] ?? "42000",
        }),
      });
    }
  }

  async #perform(sessionHandle, sql) {
    const { root, catalog, chooseFault } = this.#options;
    this.statements.push(sql);
    const fault = chooseFault?.(sql);
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
    if (fault?.error !== undefined) throw new Error(fault.error);
    const volume = parseVolume(sql);
    if (volume !== undefined) {
      mkdirSync(join(root, "Volumes", volume), { recursive: true });
      return this.#ownAnswer({ num_affected_files: 0 });
    }
    const described = parseDescribeVolume(sql);
    if (described !== undefined) return this.#describeVolume(described);
    const staging = parseStaging(sql);
    if (staging !== undefined) return this.#stage(staging);
    if (isGovernance(sql)) return this.#ownAnswer({ num_affected_files: 0 });
    const copy = parseCopy(sql);
    if (copy !== undefined) return this.#ownAnswer({ num_affected_files: await this.#copy(sessionHandle, copy) });
    return await this.#call(
      "ExecuteStatement",
      new types.TExecuteStatementReq({
        sessionHandle,
        statement: rewrite(sql, { root, catalog }),
        runAsync: true,
      }),
    );
  }

  /** COPY INTO: rows of the files that the table has not taken yet. */
  async #copy(sessionHandle, { table, columns, folder, files }) {
    const loaded = this.#loaded.get(table) ?? new Set();
    this.#loaded.set(table, loaded);
    const fresh = files.map((file) => `${folder}/${file}`).filter((file) => !loaded.has(file));
    if (fresh.some((file) => this.#copying.has(file)))
      throw new Error("[COPY_INTO_DUPLICATED_FILES_COPY_NOT_ALLOWED] Duplicated files were copied in a concurrent COPY INTO operation.");
    for (const file of fresh) this.#copying.add(file);
    try {
      await this.#insertFiles(sessionHandle, { table, columns, fresh, loaded });
    } finally {
      for (const file of fresh) this.#copying.delete(file);
    }
    return fresh.length;
  }

  async #insertFiles(sessionHandle, { table, columns, fresh, loaded }) {
    const { root, catalog } = this.#options;
    for (const file of fresh) {
      const source = `SELECT ${columns} FROM parquet.\`${file}\``;
      await this.#run(
        sessionHandle,
        rewrite(`INSERT INTO ${table} BY NAME ${source}`, { root, catalog }),
      );
      loaded.add(file);
    }
  }

  async #run(sessionHandle, statement) {
    const answer = await this.#call(
      "ExecuteStatement",
      new types.TExecuteStatementReq({ sessionHandle, statement, runAsync: false }),
    );
    if (answer.status.statusCode > 1) throw new Error(answer.status.errorMessage ?? "failed");
    await this.#call(
      "CloseOperation",
      new types.TCloseOperationReq({ operationHandle: answer.operationHandle }),
    );
  }

  #describeVolume(volume) {
    if (existsSync(join(this.#options.root, "Volumes", volume))) return this.#ownAnswer({ name: volume });
    throw new Error(`[VOLUME_NOT_FOUND] Volume '${volume.replaceAll("/", ".")}' does not exist. SQLSTATE: 42704`);
  }

  /** An address for one file, to which the driver sends it, or by which it deletes it. */
  #stage({ operation, localFile, path }) {
    const volume = path.split("/").slice(2, 5).join("/");
    if (!existsSync(join(this.#options.root, "Volumes", volume))) return this.#describeVolume(volume);
    const presignedUrl = `${this.url}${presign(path, this.#options.secret, Date.now())}`;
    // The file's column is absent where there is none: the driver does not bear a null there.
    const row = { operation, ...(localFile === undefined ? {} : { localFile }), presignedUrl, headers: {} };
    return this.#ownAnswer(row, true);
  }

  /** An operation whose result is this one row. */
  #ownAnswer(row, isStagingOperation = false) {
    const guid = Buffer.from(randomUUID().replaceAll("-", ""), "hex");
    this.#own.set(guid.toString("hex"), { row, isStagingOperation, isRead: false });
    const operationId = new types.THandleIdentifier({ guid, secret: randomBytes(16) });
    return new types.TExecuteStatementResp({
      status: success(),
      operationHandle: new types.TOperationHandle({
        operationId,
        operationType: types.TOperationType.EXECUTE_STATEMENT,
        hasResultSet: true,
      }),
    });
  }

  #ownOf({ operationHandle }) {
    return this.#own.get(Buffer.from(operationHandle.operationId.guid).toString("hex"));
  }

  async #metadata(request) {
    const own = this.#ownOf(request);
    if (own !== undefined) {
      return new types.TGetResultSetMetadataResp({
        status: success(),
        resultFormat: types.TSparkRowSetType.COLUMN_BASED_SET,
        isStagingOperation: own.isStagingOperation,
        schema: new types.TTableSchema({
          columns: Object.entries(own.row).map(([columnName, value], index) => {
            const primitiveEntry = new types.TPrimitiveTypeEntry({ type: typeOf(value) });
            const typeDesc = new types.TTypeDesc({ types: [new types.TTypeEntry({ primitiveEntry })] });
            return new types.TColumnDesc({ columnName, position: index + 1, typeDesc });
          }),
        }),
      });
    }
    const answer = await this.#call("GetResultSetMetadata", request);
    answer.resultFormat ??= types.TSparkRowSetType.COLUMN_BASED_SET;
    const columns = answer.schema?.columns ?? [];
    // Open-source Spark counts columns from 0, Databricks from 1.
    if (columns.some(({ position }) => position === 0))
      for (const column of columns) column.position += 1;
    return answer;
  }

  async #status(request) {
    if (this.#ownOf(request) === undefined) return await this.#call("GetOperationStatus", request);
    return new types.TGetOperationStatusResp({
      status: success(),
      operationState: types.TOperationState.FINISHED_STATE,
      hasResultSet: true,
    });
  }

  async #fetch(request) {
    const own = this.#ownOf(request);
    if (own === undefined) {
      const { operationHandle, orientation, maxRows, fetchType } = request;
      const answer = await this.#call(
        "FetchResults",
        new types.TFetchResultsReq({ operationHandle, orientation, maxRows, fetchType }),
      );
      // Databricks sends the columns with the rows to who asks; Python's client can't do without.
      if (request.includeResultSetMetadata === true)
        answer.resultSetMetadata = await this.#metadata(new types.TGetResultSetMetadataReq({ operationHandle }));
      return answer;
    }
    const rowsOf = (value) => (own.isRead ? [] : [value]);
    const nulls = Buffer.from([0]);
    const columns = Object.values(own.row).map((value) =>
      typeof value === "number"
        ? new types.TColumn({ i64Val: new types.TI64Column({ values: rowsOf(new Int64(value)), nulls }) })
        : new types.TColumn({ stringVal: new types.TStringColumn({ values: rowsOf(textOf(value)), nulls }) }),
    );
    own.isRead = true;
    const results = new types.TRowSet({ startRowOffset: new Int64(0), rows: [], columns });
    return new types.TFetchResultsResp({ status: success(), hasMoreRows: false, results });
  }

  async #close(request) {
    if (this.#ownOf(request) === undefined) return await this.#call("CloseOperation", request);
    this.#own.delete(Buffer.from(request.operationHandle.operationId.guid).toString("hex"));
    return new types.TCloseOperationResp({ status: success() });
  }
}

function typeOf(value) {
  if (typeof value === "number") return types.TTypeId.BIGINT_TYPE;
  return typeof value === "string" ? types.TTypeId.STRING_TYPE : types.TTypeId.MAP_TYPE;
}

/** Maps come as JSON in results of columns. */
function textOf(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}
