package workers

// Keys of log attributes.
const (
	attrJob      = "job"
	attrPlatform = "platform"
	attrKind     = "kind"
	attrKey      = "key"
	attrPages    = "pages"
	attrRows     = "rows"
	attrClass    = "class"
	attrError    = "error"
	attrTook     = "took"
	attrLane     = "lane"
	attrCount    = "count"
	attrUntil    = "until"
	attrStack    = "stack"
	attrEgress   = "egress"
)
