package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"shenzhong/services/kit/clock"
)

// What is read and thrown away of a body that is too large.
const (
	swallowMost  = 64 << 20               // bytes
	swallowPause = time.Second            // in the middle of what was announced
	swallowEnd   = 100 * time.Millisecond // where it should have ended
)

// swallow reads on what is too much, until the sender pauses for its answer.
// Whoever is still sending when the connection is closed never sees one.
func swallow(c *fiber.Ctx) {
	conn, machine := c.Context().Conn(), clock.System{}
	if conn == nil {
		return // a test without a network
	}
	var waste [32 << 10]byte
	announced, end := c.Request().Header.ContentLength(), machine.Now().Add(readTimeout)
	for read := 0; read < swallowMost && machine.Now().Before(end); {
		pause := swallowPause
		if announced > 0 && read+headLimit >= announced { // the server has read the first part
			pause = swallowEnd
		}
		if conn.SetReadDeadline(machine.Now().Add(pause)) != nil {
			return
		}
		n, err := conn.Read(waste[:])
		if err != nil {
			return
		}
		read += n
	}
}
