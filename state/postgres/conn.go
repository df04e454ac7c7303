package postgres

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// conn is one connection to a server.
type conn struct {
	*pgconn.PgConn
	place *place
}

// Types of parameters, by their fixed numbers.
const (
	typeBytes  = 17
	typeNumber = 20
	typeText   = 25
)

// ask runs one statement, in one exchange and as one transaction, and returns its rows.
// What it selects must be text or bytea, which arrive as they are; null is nil. The
// statement has no name at the server, so that proxies can give it to any session.
func (c *conn) ask(ctx context.Context, sql string, args ...any) ([][][]byte, error) {
	values, types, formats := make([][]byte, len(args)), make([]uint32, len(args)), make([]int16, len(args))
	for n, arg := range args {
		switch arg := arg.(type) {
		case nil:
			types[n] = typeText
		case string:
			values[n], types[n] = []byte(arg), typeText
		case int64:
			values[n], types[n] = strconv.AppendInt(nil, arg, 10), typeNumber
		case []byte:
			values[n], types[n], formats[n] = arg, typeBytes, 1
		default:
			return nil, fmt.Errorf("a parameter of type %T cannot be sent", arg)
		}
	}
	result := c.ExecParams(ctx, c.place.quoted.Replace(sql), values, types, formats, []int16{1}).Read()
	return result.Rows, result.Err
}
