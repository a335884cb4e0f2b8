package planner_test

import "flag"

// longDelay adds the measurement that takes minutes.
var longDelay = flag.Bool("delay", false, "measure the delay of 5,000 registered channels too")
