// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Client;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>closewait watch: state changes as they happen, or the life of sockets in CLOSE_WAIT.</summary>
internal sealed class WatchCommand
{
    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection;
    private readonly FilterOptions _filter;
    private readonly OutputOptions _output;
    private readonly StackOption _stacks;
    private readonly BoundOptions _bounds;
    private readonly Option<bool> _closeWaits = new("--close-waits") { Description = "Follow sockets in CLOSE_WAIT: those there now, then entries, ageing and exits; the same as --state close-wait" };

    private WatchCommand(Command command, CommandContext context)
    {
        _context = context;
        command.Add(_closeWaits);
        _filter = FilterOptions.AddAll(command);
        _stacks = new StackOption(command, "few");
        _bounds = new BoundOptions(command);
        _output = new OutputOptions(command);
        _connection = new ConnectionOptions(command);
    }

    public static Command Create(CommandContext context)
    {
        var command = new Command("watch", "TCP state changes as they happen, or the life of sockets in CLOSE_WAIT");
        var watch = new WatchCommand(command, context);
        command.SetAction((parsed, stop) => watch.RunAsync(new OptionReader(parsed), stop));
        return command;
    }

    private async Task<int> RunAsync(OptionReader reader, CancellationToken stop)
    {
        Func<DaemonConnection, CancellationToken, Task> follow = Plan(reader);
        TimeSpan? duration = _bounds.ReadDuration(reader);
        await using DaemonConnection connection = await DaemonConnection.OpenAsync(_connection.Read(reader), _context.ClientHost, stop);
        using var timer = new CancellationTokenSource(duration ?? Timeout.InfiniteTimeSpan, _context.Clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, timer.Token);
        try
        {
            await follow(connection, end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException && end.IsCancellationRequested)
        {
            // Ctrl-C and the duration are the ordinary ends of a follow command.
        }
        catch (RpcException failure)
        {
            CommandException explained = await connection.ExplainAsync(failure);
            stop.ThrowIfCancellationRequested();
            throw explained;
        }
        return ExitCode.Ok;
    }

    private Func<DaemonConnection, CancellationToken, Task> Plan(OptionReader reader)
    {
        SocketFilter filter = _filter.Read(reader);
        OutputStyle style = _output.Read(reader, _context);
        bool isJson = _output.IsJson(reader);
        long count = _bounds.ReadCount(reader);
        int? frameLimit = _stacks.ReadFrameLimit(reader);
        bool isCloseWaitOnly = filter.States.Count == 1 && filter.States[0] == TcpState.CloseWait;
        if (!isCloseWaitOnly && !reader.Flag(_closeWaits))
        {
            RefuseSocketOptions(filter, frameLimit);
            var transitions = new TransitionFollower(_context, style, isJson, count);
            return (connection, end) => transitions.FollowAsync(connection, filter, end);
        }
        if (!isCloseWaitOnly && filter.States.Count > 0)
            throw CommandException.Usage("--close-waits and --state exclude each other");
        // As a filter the state would hide the exits: there the present state is another one.
        filter.States.Clear();
        var closeWaits = new CloseWaitFollower(_context, style, isJson, frameLimit ?? StackOption.Few, count);
        return (connection, end) => closeWaits.FollowAsync(connection, filter, end);
    }

    private static void RefuseSocketOptions(SocketFilter filter, int? frameLimit)
    {
        if (filter.MinAge is not null)
            throw CommandException.Usage("--min-age: a state change has no age; add --close-waits");
        if (filter.Verdicts.Count > 0)
            throw CommandException.Usage("--verdict: a state change is not judged; add --close-waits");
        if (frameLimit is not null)
            throw CommandException.Usage("--stacks: state changes come without stacks; add --close-waits");
    }
}
