// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Client;
using Tracer.Output;
using Tracer.Output.Top;

namespace Tracer.Commands;

/// <summary>closewait top: the findings on a full screen, live.</summary>
internal sealed class TopCommand
{
    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection;
    private readonly FilterOptions _filter;
    private readonly OutputOptions _output;

    private TopCommand(Command command, CommandContext context)
    {
        _context = context;
        _filter = FilterOptions.AddAll(command);
        _output = OutputOptions.AddColor(command);
        _connection = new ConnectionOptions(command);
    }

    public static Command Create(CommandContext context)
    {
        var command = new Command("top", "The findings on a full screen, live; enter goes down to sockets and their biographies, ? lists the keys");
        var top = new TopCommand(command, context);
        command.SetAction((parsed, stop) => top.RunAsync(new OptionReader(parsed), stop));
        return command;
    }

    private async Task<int> RunAsync(OptionReader reader, CancellationToken stop)
    {
        SocketFilter filter = _filter.Read(reader);
        OutputStyle style = _output.Read(reader, _context);
        if (_context.OpenTerminal is not { } open || _context.Environment("TERM") is null or "" or "dumb")
            throw CommandException.Usage("top needs a terminal; for files and pipes there are 'closewait why' and 'closewait list'");
        await using DaemonConnection connection = await DaemonConnection.OpenAsync(_connection.Read(reader), _context.ClientHost, stop);
        try
        {
            using Terminal terminal = open();
            await new TopSession(_context, connection, terminal, style, filter).RunAsync(stop);
        }
        catch (RpcException failure)
        {
            CommandException explained = await connection.ExplainAsync(failure);
            stop.ThrowIfCancellationRequested();
            throw explained;
        }
        return ExitCode.Ok;
    }
}
