package main

type benchCmd struct {
	Workers  benchWorkersCmd  `cmd:"" help:"Print how old the list is with few and with many workers."`
	List     benchListCmd     `cmd:"" help:"Run demos and score their lists against the truth that the simulator knows."`
	Schedule benchScheduleCmd `cmd:"" help:"Play the sweep and the adaptive planner on simulated evenings at equal requests and score their lists."`
	Labels   benchLabelsCmd   `cmd:"" help:"Judge languages and categories against labelled titles."`
	Tokens   benchTokensCmd   `cmd:"" help:"Print what a language model would cost on a simulated day of YouTube."`
	Creators benchCreatorsCmd `cmd:"" help:"Judge which channels are found to be one person's, on known people and on simulated worlds."`
}
