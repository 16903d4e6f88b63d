// Reads every table of the SQL Server double with go-mssqldb and compares it with the facts of the
// generator. Arguments: a connection URL, and the file of facts (one JSON object a line).
package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

type columnFacts struct {
	Name  string  `json:"name"`
	Kind  string  `json:"kind"`
	Nulls int64   `json:"nulls"`
	Min   *string `json:"min"`
	Max   *string `json:"max"`
	Sum   *string `json:"sum"`
	Bytes *string `json:"bytes"`
}

type tableFacts struct {
	Schema  string        `json:"schema"`
	Table   string        `json:"table"`
	Rows    int64         `json:"rows"`
	Columns []columnFacts `json:"columns"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: clients URL FACTS")
		os.Exit(2)
	}
	database, err := sql.Open("sqlserver", os.Args[1])
	exitOn(err)
	defer database.Close()
	failures := checkPrepared(database)
	file, err := os.Open(os.Args[2])
	exitOn(err)
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64*1024*1024)
	tables := 0
	for lines.Scan() {
		var facts tableFacts
		exitOn(json.Unmarshal(lines.Bytes(), &facts))
		tables++
		for _, problem := range checkTable(database, facts) {
			failures++
			fmt.Printf("go-mssqldb: %s.%s: %s\n", facts.Schema, facts.Table, problem)
		}
	}
	exitOn(lines.Err())
	fmt.Printf("go-mssqldb: %d tables, %d differences\n", tables, failures)
	if failures > 0 || tables == 0 {
		os.Exit(1)
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "go-mssqldb:", err)
		os.Exit(1)
	}
}

// checkPrepared runs a prepared statement twice, in a transaction that is rolled back.
func checkPrepared(database *sql.DB) int {
	transaction, err := database.BeginTx(context.Background(), nil)
	exitOn(err)
	statement, err := transaction.Prepare("SELECT COUNT(*) FROM Sales.SalesOrderHeader WHERE SalesOrderID >= @p1 AND OrderDate < @p2")
	exitOn(err)
	failures := 0
	for _, day := range []int{1, 2} {
		var count int64
		date := time.Date(2030, 1, day, 0, 0, 0, 0, time.UTC)
		exitOn(statement.QueryRow(0, date).Scan(&count))
		if count == 0 {
			failures++
			fmt.Println("go-mssqldb: a prepared statement counted no rows")
		}
	}
	exitOn(transaction.Rollback())
	return failures
}

func checkTable(database *sql.DB, facts tableFacts) []string {
	selected, err := selectList(database, facts)
	if err != nil {
		return []string{err.Error()}
	}
	rows, err := database.Query(fmt.Sprintf("SELECT %s FROM [%s].[%s]", selected, facts.Schema, facts.Table))
	if err != nil {
		return []string{err.Error()}
	}
	defer rows.Close()
	digests := make([]*digest, len(facts.Columns))
	types, err := rows.ColumnTypes()
	if err != nil {
		return []string{err.Error()}
	}
	values := make([]any, len(facts.Columns))
	targets := make([]any, len(facts.Columns))
	for index, column := range facts.Columns {
		digests[index] = newDigest(column.Kind, types[index].DatabaseTypeName())
		targets[index] = &values[index]
	}
	count := int64(0)
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return []string{err.Error()}
		}
		count++
		for index, value := range values {
			digests[index].add(value)
		}
	}
	if err := rows.Err(); err != nil {
		return []string{err.Error()}
	}
	var problems []string
	if count != facts.Rows {
		problems = append(problems, fmt.Sprintf("%d rows, expected %d", count, facts.Rows))
	}
	for index, column := range facts.Columns {
		if problem := digests[index].compare(column); problem != "" {
			problems = append(problems, column.Name+": "+problem)
		}
	}
	return problems
}

// selectList names the columns; CLR values are read as text.
func selectList(database *sql.DB, facts tableFacts) (string, error) {
	rows, err := database.Query(
		"SELECT c.name, TYPE_NAME(c.user_type_id) FROM sys.columns c WHERE c.object_id = OBJECT_ID(@name) ORDER BY c.column_id",
		sql.Named("name", facts.Schema+"."+facts.Table))
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var items []string
	for rows.Next() {
		var name, typeName string
		if err := rows.Scan(&name, &typeName); err != nil {
			return "", err
		}
		if typeName == "hierarchyid" || typeName == "geography" {
			items = append(items, fmt.Sprintf("[%s].ToString() AS [%s]", name, name))
		} else {
			items = append(items, "["+name+"]")
		}
	}
	return strings.Join(items, ", "), rows.Err()
}

// digest gathers what the facts tell of one column.
type digest struct {
	kind     string
	typeName string
	nulls    int64
	bytes    int64
	sum      *big.Rat
	min, max string
	hasValue bool
}

func newDigest(kind, typeName string) *digest {
	return &digest{kind: kind, typeName: typeName, sum: new(big.Rat)}
}

func (d *digest) add(value any) {
	if value == nil {
		d.nulls++
		return
	}
	text := d.text(value)
	d.bytes += int64(len(text))
	if d.kind == "integer" || d.kind == "decimal" {
		number, _ := new(big.Rat).SetString(text)
		d.sum.Add(d.sum, number)
	}
	if !d.hasValue || d.less(text, d.min) {
		d.min = text
	}
	if !d.hasValue || d.less(d.max, text) {
		d.max = text
	}
	d.hasValue = true
}

func (d *digest) less(left, right string) bool {
	if d.kind != "integer" && d.kind != "decimal" && d.kind != "timestamp" {
		return left < right
	}
	a, _ := new(big.Rat).SetString(left)
	b, _ := new(big.Rat).SetString(right)
	return a.Cmp(b) < 0
}

func (d *digest) text(value any) string {
	switch typed := value.(type) {
	case time.Time:
		switch d.kind {
		case "date":
			return typed.Format("2006-01-02")
		case "timestamp":
			return fmt.Sprint(typed.UnixMicro())
		default:
			return typed.Format("15:04:05.0000000")
		}
	case []byte:
		if d.typeName == "UNIQUEIDENTIFIER" {
			var id mssql.UniqueIdentifier
			exitOn(id.Scan(typed))
			return strings.ToLower(id.String())
		}
		return string(typed)
	default:
		return fmt.Sprint(typed)
	}
}

func (d *digest) compare(facts columnFacts) string {
	if d.nulls != facts.Nulls {
		return fmt.Sprintf("%d nulls, expected %d", d.nulls, facts.Nulls)
	}
	if facts.Min != nil && (d.min != *facts.Min || d.max != *facts.Max) {
		return fmt.Sprintf("from %.80q to %.80q, expected %.80q to %.80q", d.min, d.max, *facts.Min, *facts.Max)
	}
	if facts.Bytes != nil && fmt.Sprint(d.bytes) != *facts.Bytes {
		return fmt.Sprintf("%d bytes, expected %s", d.bytes, *facts.Bytes)
	}
	if facts.Sum != nil {
		expected, _ := new(big.Rat).SetString(*facts.Sum)
		if d.sum.Cmp(expected) != 0 {
			return fmt.Sprintf("sum %s, expected %s", d.sum.RatString(), *facts.Sum)
		}
	}
	return ""
}
