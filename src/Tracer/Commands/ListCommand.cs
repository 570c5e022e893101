// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Client;
using Tracer.Client.Scenes;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>closewait list: the sockets now in CLOSE_WAIT, oldest first.</summary>
internal sealed class ListCommand
{
    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection;
    private readonly SceneOption _from;
    private readonly FilterOptions _filter;
    private readonly OutputOptions _output;
    private readonly StackOption _stacks;
    private readonly Option<string> _groupBy = new("--group-by") { HelpName = "process|peer|stack|listener|verdict", Description = "Count sockets with the same process, peer, origin stack, listener or verdict" };
    private readonly Option<bool> _leftOpen = new("--left-open") { Description = "Also sockets that ended while a descriptor stayed open" };
    private readonly Option<string> _count = new("--count", "-c") { HelpName = "N", Description = "At most this many lines" };

    private ListCommand(Command command, CommandContext context)
    {
        _context = context;
        _filter = FilterOptions.AddAll(command);
        command.Add(_groupBy);
        _stacks = new StackOption(command, "none");
        command.Add(_leftOpen);
        command.Add(_count);
        _from = new SceneOption(command);
        _output = new OutputOptions(command);
        _connection = new ConnectionOptions(command);
    }

    public static Command Create(CommandContext context)
    {
        var command = new Command("list", "Sockets now in CLOSE_WAIT, oldest first: who holds them, who opened them");
        var list = new ListCommand(command, context);
        command.SetAction((parsed, stop) => list.RunAsync(new OptionReader(parsed), stop));
        return command;
    }

    private async Task<int> RunAsync(OptionReader reader, CancellationToken stop)
    {
        var request = new ListCloseWaitsRequest { Filter = _filter.Read(reader), IncludeLeftOpen = reader.Flag(_leftOpen) };
        GroupKind? grouping = reader.Single(_groupBy) is { } value ? ParseGroup(value) : null;
        int frameLimit = _stacks.ReadFrameLimit(reader) ?? StackOption.None;
        if (grouping is not null && frameLimit > StackOption.None)
            throw CommandException.Usage("--stacks and --group-by exclude each other");
        int count = reader.Parse(_count, ValueParser.Count, int.MaxValue);
        OutputStyle style = _output.Read(reader, _context);
        List<SocketRecord> sockets = _from.Read(reader, _connection, _context) is { } scene
            ? [.. new SceneAnswers(scene).FindSockets(request.Filter, request.IncludeLeftOpen)]
            : await FetchAsync(_connection.Read(reader), request, stop);
        if (grouping is { } kind)
            WriteGroups(SocketGroup.Of(sockets, kind).Take(count).ToList(), kind, style, _output.IsJson(reader));
        else
            WriteSockets(Sort(sockets).Take(count).ToList(), request, style, frameLimit, _output.IsJson(reader));
        return ExitCode.Ok;
    }

    private async Task<List<SocketRecord>> FetchAsync(DaemonAddress address, ListCloseWaitsRequest request, CancellationToken stop)
    {
        await using DaemonConnection connection = await DaemonConnection.OpenAsync(address, _context.ClientHost, stop);
        try
        {
            var sockets = new List<SocketRecord>();
            using var call = connection.Service.ListCloseWaits(request, cancellationToken: stop);
            await foreach (ListCloseWaitsResponse page in call.ResponseStream.ReadAllAsync(stop))
                sockets.AddRange(page.Sockets);
            return sockets;
        }
        catch (RpcException failure)
        {
            CommandException explained = await connection.ExplainAsync(failure);
            stop.ThrowIfCancellationRequested();
            throw explained;
        }
    }

    private static IEnumerable<SocketRecord> Sort(IEnumerable<SocketRecord> sockets) => sockets
        .OrderByDescending(socket => socket.Age?.ToTimeSpan() ?? TimeSpan.Zero).ThenBy(socket => socket.Cookie);

    private void WriteSockets(List<SocketRecord> sockets, ListCloseWaitsRequest request, OutputStyle style, int frameLimit, bool isJson)
    {
        if (isJson)
        {
            var json = new JsonLines(_context.Out);
            sockets.ForEach(json.Write);
            return;
        }
        SocketDetails? details = frameLimit > StackOption.None ? new SocketDetails(_context.Out, style, frameLimit) : null;
        new SocketTable(style, showState: request.IncludeLeftOpen).Write(_context.Out, sockets, details);
    }

    private void WriteGroups(List<SocketGroup> groups, GroupKind kind, OutputStyle style, bool isJson)
    {
        if (!isJson)
        {
            new GroupTable(style, kind).Write(_context.Out, groups);
            return;
        }
        var json = new JsonLines(_context.Out);
        foreach (SocketGroup group in groups)
            json.Write(group, kind);
    }

    private static GroupKind ParseGroup(OptionValue value) => value.Text switch
    {
        "process" => GroupKind.Process,
        "peer" => GroupKind.Peer,
        "stack" => GroupKind.Stack,
        "listener" => GroupKind.Listener,
        "verdict" => GroupKind.Verdict,
        _ => throw value.Bad("is not process, peer, stack, listener or verdict"),
    };
}
