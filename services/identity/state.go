package identity

import (
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// State is how far a token is.
type State string

// The states. That a token has expired is no state: nothing happens when it
// does.
const (
	Issued  State = "issued"  // 有效: its owner calls, an administrator may revoke it
	Revoked State = "revoked" // 已吊销
)

// titles are the names of the states for people.
var titles = map[State]string{"": "尚未发放", Issued: "有效", Revoked: "已吊销"}

// next is the whole of the workflow: from each state, where a token may go.
var next = map[State][]State{
	"":      {Issued},
	Issued:  {Revoked},
	Revoked: {},
}

// move is the only assignment to State.
func (t *Token) move(to State) error {
	if !slices.Contains(next[t.State], to) {
		return fault.New(fault.Conflict, "令牌%s目前为“%s”，不能再改为“%s”", t.ID, titles[t.State], titles[to])
	}
	t.State = to
	return nil
}

// permits says who may do what.
var permits = identity.Permits{
	"token.read":   {identity.Admin, identity.Auditor},
	"token.issue":  {identity.Admin},
	"token.revoke": {identity.Admin},
}

// Operator is who issues tokens at the machine itself: whoever may open the
// store. The first administrator's token cannot come from anyone else.
func Operator() identity.Actor {
	return identity.Actor{ID: "operator", Roles: []identity.Role{identity.Admin}}
}
