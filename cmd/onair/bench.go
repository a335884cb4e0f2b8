package main

type benchCmd struct {
	Workers  benchWorkersCmd  `cmd:"" help:"Print how old the list is with few and with many workers."`
	List     benchListCmd     `cmd:"" help:"Run demos and score their lists against the truth that the simulator knows."`
	Schedule benchScheduleCmd `cmd:"" help:"Play the sweep and the adaptive planner on simulated evenings at equal requests and score their lists."`
	Labels   benchLabelsCmd   `cmd:"" help:"Judge languages and categories against labelled titles."`
}
