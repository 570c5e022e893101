// SPDX-License-Identifier: Apache-2.0
using Tracer.Client;
using Tracer.Commands;
using Tracer.Daemon;
using Tracer.Output;
using Tracer.Output.Top;

using var signals = new StopSignals();
TextWriter output = StandardOutput.Open();
bool hasTerminal = !Console.IsOutputRedirected && !Console.IsInputRedirected;
var context = new CommandContext
{
    Out = output,
    Error = Console.Error,
    Input = Console.OpenStandardInput(),
    Daemon = new DaemonEntryPoints(DaemonProcess.RunAsync, KernelCheck.Run),
    Self = SelfInvocation.OfThisProcess(),
    OutIsTerminal = !Console.IsOutputRedirected,
    ErrorIsTerminal = !Console.IsErrorRedirected,
    OutWidth = TerminalWidth.Read(),
    OpenTerminal = hasTerminal ? () => ProcessTerminal.Open(output) : null,
    IsRoot = Environment.IsPrivilegedProcess,
};
return await CommandTree.RunAsync(args, context, signals.Token);
