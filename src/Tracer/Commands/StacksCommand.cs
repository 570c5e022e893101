// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Client;
using Tracer.Output;
using Tracer.Output.Profiles;

namespace Tracer.Commands;

/// <summary>closewait stacks: the stacks of the sockets now in CLOSE_WAIT, for the tools that draw stacks.</summary>
internal sealed class StacksCommand
{
    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection;
    private readonly FilterOptions _filter;
    private readonly Option<string> _format = new("--format", "-f") { HelpName = "folded|speedscope|pprof|svg", Description = "One line per stack, JSON for speedscope, a profile for pprof, or a flame graph [default: folded]" };
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "FILE", Description = "Write here instead of to standard output" };
    private readonly Option<string> _slot = new("--slot") { HelpName = "SLOT", Description = "Which stack: origin, last-read, eof-read, first-send, closer, listener-accept, or all [default: origin]" };
    private readonly Option<bool> _byProcess = new("--by-process") { Description = "Tell processes of the same name apart" };
    private readonly Option<bool> _leftOpen = new("--left-open") { Description = "Also sockets that ended while a descriptor stayed open" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per line, with protobuf JSON names" };

    private StacksCommand(Command command, CommandContext context)
    {
        _context = context;
        _filter = FilterOptions.AddAll(command);
        foreach (Option option in (Option[])[_format, _output, _slot, _byProcess, _leftOpen, _json])
            command.Add(option);
        _connection = new ConnectionOptions(command);
    }

    public static Command Create(CommandContext context)
    {
        var command = new Command("stacks", "Stacks of the sockets now in CLOSE_WAIT, weighted by their number: folded, speedscope, pprof or a flame graph");
        var stacks = new StacksCommand(command, context);
        command.SetAction((parsed, stop) => stacks.RunAsync(new OptionReader(parsed), stop));
        return command;
    }

    private async Task<int> RunAsync(OptionReader reader, CancellationToken stop)
    {
        var request = new ListCloseWaitsRequest { Filter = _filter.Read(reader), IncludeLeftOpen = reader.Flag(_leftOpen), OmitFrames = true };
        IReadOnlyList<StackSlot> slots = reader.Parse(_slot, ParseSlots, [StackSlot.Origin]);
        var target = new ProfileTarget(_context, ReadFormat(reader), reader.Text(_output));
        DaemonAddress address = _connection.Read(reader);
        StackProfile profile = await FetchAsync(address, request, new StackCollector(slots), stop);
        target.Write(profile, new ProfileView(BySlot: slots.Count > 1, reader.Flag(_byProcess)));
        return ExitCode.Ok;
    }

    private async Task<StackProfile> FetchAsync(DaemonAddress address, ListCloseWaitsRequest request, StackCollector collector, CancellationToken stop)
    {
        await using DaemonConnection connection = await DaemonConnection.OpenAsync(address, _context.ClientHost, stop);
        try
        {
            using var call = connection.Service.ListCloseWaits(request, cancellationToken: stop);
            await foreach (ListCloseWaitsResponse page in call.ResponseStream.ReadAllAsync(stop))
            {
                foreach (SocketRecord socket in page.Sockets)
                    collector.Add(socket);
            }
            return collector.Finish(await StackFetch.RunAsync(connection.Service, collector.StackIds, stop));
        }
        catch (RpcException failure)
        {
            CommandException explained = await connection.ExplainAsync(failure);
            stop.ThrowIfCancellationRequested();
            throw explained;
        }
    }

    private IProfileFormat ReadFormat(OptionReader reader)
    {
        if (!reader.Flag(_json))
            return reader.Parse(_format, ParseFormat, new FoldedFormat());
        return reader.Single(_format) is null ? new JsonFormat() : throw CommandException.Usage("--json and --format exclude each other");
    }

    private static IProfileFormat ParseFormat(OptionValue value) => value.Text switch
    {
        "folded" => new FoldedFormat(),
        "speedscope" => new SpeedscopeFormat(),
        "pprof" => new PprofFormat(),
        "svg" => new SvgFormat(),
        _ => throw value.Bad("is not folded, speedscope, pprof or svg"),
    };

    private static IReadOnlyList<StackSlot> ParseSlots(OptionValue value)
    {
        StackSlot[] all = Enum.GetValues<StackSlot>();
        if (value.Text == "all")
            return all;
        StackSlot[] named = [.. all.Where(slot => StackSlots.NameOf(slot) == value.Text)];
        return named.Length == 1 ? named : throw value.Bad("is not origin, last-read, eof-read, first-send, closer, listener-accept or all");
    }
}
