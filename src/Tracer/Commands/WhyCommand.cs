// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Client;
using Tracer.Client.Scenes;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>closewait why: what is stuck, why, where in the code, and what to do; or the life of single sockets.</summary>
internal sealed class WhyCommand
{
    private const string LaterLook = "what comes later is told by: closewait watch --close-waits";
    private const string LongerLook = "a longer watch, as --watch 1m, also tells who opens sockets without closing them, and whether their number grows";
    private const string SceneLook = "a scene holds one moment only";

    private readonly CommandContext _context;
    private readonly Argument<string?> _target = new("TARGET") { Description = "The life of these sockets instead: PID, :PORT, ADDRESS:PORT, process name or socket cookie; pid:N, comm:NAME and cookie:N say which is meant", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _watch = new("--watch") { HelpName = "DURATION", Description = "Watch for so long before answering [default: 5s with a daemon of its own, else 0s]" };
    private readonly Option<string> _count = new("--count", "-c") { HelpName = "N", Description = "At most this many findings or sockets [default: 5 findings, 3 sockets; findings as JSON: all]" };
    private readonly Option<bool> _harmless = new("--harmless") { Description = "Also findings whose innocent reading is the likely one" };
    private readonly Option<string[]> _failOn = new("--fail-on") { HelpName = "CONDITION", Description = "End with exit code 1 when there is a finding like this: any, notice, warning, critical (at least so severe), or a verdict", Arity = ArgumentArity.OneOrMore };
    private readonly SceneOption _from;
    private readonly StackOption _stacks;
    private readonly FilterOptions _filter;
    private readonly OutputOptions _output;
    private readonly ConnectionOptions _connection;

    private WhyCommand(Command command, CommandContext context)
    {
        _context = context;
        command.Add(_target);
        foreach (Option option in (Option[])[_watch, _count, _harmless, _failOn])
            command.Add(option);
        _from = new SceneOption(command);
        _stacks = new StackOption(command, "none");
        _filter = FilterOptions.AddAll(command);
        _output = new OutputOptions(command, hasTables: false);
        _connection = new ConnectionOptions(command);
    }

    public static Command Create(CommandContext context)
    {
        var command = new Command("why", "The answer: what is stuck in CLOSE_WAIT, worst first, why, where in the code, and what to do; or the life of single sockets");
        var why = new WhyCommand(command, context);
        command.SetAction((parsed, stop) => why.RunAsync(parsed.GetValue(why._target), new OptionReader(parsed), stop));
        return command;
    }

    private async Task<int> RunAsync(string? target, OptionReader reader, CancellationToken stop)
    {
        WhyQuestion question = Read(target, reader);
        OutputStyle style = _output.Read(reader, _context);
        var writer = new WhyWriter(_context, style, _output.IsJson(reader), _stacks.ReadFrameLimit(reader) ?? StackOption.None);
        if (_from.Read(reader, _connection, _context) is not { } scene)
            return writer.Write(await AskDaemonAsync(_connection.Read(reader), question, stop), question);
        if (question.Watch is not null)
            throw CommandException.Usage("--from and --watch exclude each other");
        if (question is { Target: null, MinAge: not null })
            throw CommandException.Usage("--min-age: the findings of a scene have been made already");
        writer.WriteScene(scene.Header!);
        return writer.Write(await AskAsync(new SceneAnswers(scene), question, isOwnDaemon: false, SceneLook), question);
    }

    private async Task<WhyAnswer> AskDaemonAsync(DaemonAddress address, WhyQuestion question, CancellationToken stop)
    {
        await using DaemonConnection connection = await DaemonConnection.OpenAsync(address, _context.ClientHost, stop);
        await new WatchPause(_context).WaitAsync(question.WatchOf(connection.IsOwnDaemon), stop);
        try
        {
            return await AskAsync(
                new DaemonAnswers(connection.Service, stop), question, connection.IsOwnDaemon, connection.IsOwnDaemon ? LongerLook : LaterLook);
        }
        catch (RpcException failure)
        {
            CommandException explained = await connection.ExplainAsync(failure);
            stop.ThrowIfCancellationRequested();
            throw explained;
        }
    }

    private static async Task<WhyAnswer> AskAsync(IAnswerSource source, WhyQuestion question, bool isOwnDaemon, string longerLook)
    {
        if (question.Target is { } target)
            return new WhyAnswer { Sockets = await source.ExplainAsync(target.Filters, target.Matches, question.SocketCount) };
        ListFindingsRequest request = question.ToRequest(isOwnDaemon);
        return new WhyAnswer { Findings = await source.ListFindingsAsync(request), MinAge = question.MinAgeOf(isOwnDaemon), LongerLook = longerLook };
    }

    private WhyQuestion Read(string? targetText, OptionReader reader)
    {
        SocketFilter filter = _filter.Read(reader);
        SocketTarget? target = targetText is null ? null : SocketTarget.Parse(targetText).Within(filter);
        FailCondition[] failOn = [.. reader.Values(_failOn).Select(FailCondition.Parse)];
        if (target is not null && (failOn.Length > 0 || reader.Flag(_harmless)))
            throw CommandException.Usage($"{(failOn.Length > 0 ? "--fail-on" : "--harmless")} is about findings: leave TARGET out, and use --pid, --port, --comm ... instead");
        if (target is null && _stacks.ReadFrameLimit(reader) is not null)
            throw CommandException.Usage("--stacks is for the life of single sockets: name a TARGET");
        TimeSpan? minAge = filter.MinAge?.ToTimeSpan();
        // Of findings it says what is judged at all.
        if (target is null)
            filter.MinAge = null;
        return new WhyQuestion(
            target, filter, reader.Single(_watch) is { } watch ? ValueParser.Duration(watch) : null,
            reader.Single(_count) is { } count ? ValueParser.Count(count) : null)
        {
            MinAge = minAge,
            IncludesHarmless = reader.Flag(_harmless),
            FailOn = failOn,
        };
    }
}
