package events

import "time"

// TokenIssued says that an account was given a token for the API. The token
// itself is not in here, only what it is recognized by.
type TokenIssued struct {
	Token   string    `json:"token"`  // id, "500156-LP-000001"
	SHA256  string    `json:"sha256"` // of the secret
	Account string    `json:"account"`
	Unit    string    `json:"unit"`
	Roles   []string  `json:"roles"`
	Until   time.Time `json:"until"`
}

// Kind names the contract.
func (TokenIssued) Kind() string { return "identity.token_issued.v1" }

// TokenRevoked says that a token is not valid any more.
type TokenRevoked struct {
	Token  string `json:"token"`
	Reason string `json:"reason"`
}

// Kind names the contract.
func (TokenRevoked) Kind() string { return "identity.token_revoked.v1" }
