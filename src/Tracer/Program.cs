// SPDX-License-Identifier: Apache-2.0
using Tracer.Client;
using Tracer.Commands;
using Tracer.Daemon;
using Tracer.Output;

using var signals = new StopSignals();
var context = new CommandContext
{
    Out = StandardOutput.Open(),
    Error = Console.Error,
    Input = Console.OpenStandardInput(),
    Daemon = new DaemonEntryPoints(DaemonProcess.RunAsync, KernelCheck.Run),
    Self = SelfInvocation.OfThisProcess(),
    OutIsTerminal = !Console.IsOutputRedirected,
    ErrorIsTerminal = !Console.IsErrorRedirected,
    OutWidth = TerminalWidth.Read(),
    IsRoot = Environment.IsPrivilegedProcess,
};
return await CommandTree.RunAsync(args, context, signals.Token);
