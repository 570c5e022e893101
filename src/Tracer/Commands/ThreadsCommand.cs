// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Client;
using Tracer.Output;
using DumpStatus = CloseWait.V1.DumpThreadsResponse.Types.Status;
using InspectStatus = CloseWait.V1.InspectThreadsResponse.Types.Status;
using ThreadState = CloseWait.V1.ThreadState;

namespace Tracer.Commands;

/// <summary>closewait threads: what the threads of a process do now.</summary>
internal sealed class ThreadsCommand
{
    // Longer than the daemon waits for its turn and for the machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection;
    private readonly OutputOptions _output;
    private readonly Argument<string> _pid = new("PID") { Description = "The process" };
    private readonly Option<string[]> _tid = new("--tid") { HelpName = "TID", Description = "Only these threads" };
    private readonly Option<bool> _java = new("--java") { Description = "Ask a Java machine for its own account of its threads: it stops for a moment. Only one that listens already" };
    private readonly Option<bool> _attach = new("--attach") { Description = "As --java, and make the machine listen if it does not yet: by a file in its /tmp and a SIGQUIT, sent only if it catches that" };

    private ThreadsCommand(Command command, CommandContext context)
    {
        _context = context;
        command.Add(_pid);
        command.Add(_tid);
        command.Add(_java);
        command.Add(_attach);
        _output = new OutputOptions(command, hasTables: false);
        _connection = new ConnectionOptions(command);
    }

    public static Command Create(CommandContext context)
    {
        var command = new Command("threads", "What the threads of a process do now: state, system call and what it waits for, stack. Nothing is stopped");
        var threads = new ThreadsCommand(command, context);
        command.SetAction((parsed, stop) => threads.RunAsync(parsed.GetValue(threads._pid)!, new OptionReader(parsed), stop));
        return command;
    }

    private Task<int> RunAsync(string pidText, OptionReader reader, CancellationToken stop)
    {
        uint pid = ValueParser.Pid(new OptionValue("PID", pidText));
        List<uint> tids = [.. reader.Values(_tid).Select(ValueParser.Pid)];
        bool isJava = reader.Flag(_java) || reader.Flag(_attach);
        if (isJava && tids.Count > 0)
            throw CommandException.Usage("--tid cannot be combined with --java or --attach");
        return isJava ? DumpAsync(pid, reader, stop) : InspectAsync(new InspectThreadsRequest { Pid = pid, Tids = { tids } }, reader, stop);
    }

    private async Task<int> InspectAsync(InspectThreadsRequest request, OptionReader reader, CancellationToken stop)
    {
        Palette palette = _output.Read(reader, _context).Palette;
        InspectThreadsResponse answer = await FetchAsync(
            _connection.Read(reader), (service, deadline) => service.InspectThreadsAsync(request, deadline: deadline, cancellationToken: stop), stop);
        if (answer.Status != InspectStatus.Ok)
            throw Failure(request.Pid, answer.StatusText, answer.Status, hint: "");
        if (_output.IsJson(reader))
        {
            var json = new JsonLines(_context.Out);
            foreach (ThreadState thread in answer.Threads)
                json.Write(thread);
        }
        else
        {
            ThreadBlocks.Write(_context.Out, answer.Threads, palette);
        }
        if (ThreadBlocks.IsJava(answer.Threads))
            _context.Complain($"pid {request.Pid} is a Java machine: --java asks it for its own account of its threads");
        return End(request.Pid, answer.Truncated);
    }

    private async Task<int> DumpAsync(uint pid, OptionReader reader, CancellationToken stop)
    {
        var request = new DumpThreadsRequest { Pid = pid, MayStartListener = reader.Flag(_attach) };
        DumpThreadsResponse answer = await FetchAsync(
            _connection.Read(reader), (service, deadline) => service.DumpThreadsAsync(request, deadline: deadline, cancellationToken: stop), stop);
        if (answer.Status != DumpStatus.Ok)
        {
            string hint = answer.Status == DumpStatus.NotListening ? " (--attach makes it, by a SIGQUIT that it catches)" : "";
            throw Failure(pid, answer.StatusText, answer.Status, hint);
        }
        if (_output.IsJson(reader))
        {
            var json = new JsonLines(_context.Out);
            foreach (DumpedThread thread in answer.Threads)
                json.Write(thread);
        }
        else
        {
            ThreadText.Write(_context.Out, answer.Threads);
        }
        return End(pid, answer.Truncated);
    }

    private int End(uint pid, bool isTruncated)
    {
        if (isTruncated)
            _context.Complain($"pid {pid} has more threads than these");
        return ExitCode.Ok;
    }

    private async Task<T> FetchAsync<T>(
        DaemonAddress address, Func<TracerService.TracerServiceClient, DateTime, AsyncUnaryCall<T>> call, CancellationToken stop)
    {
        await using DaemonConnection connection = await DaemonConnection.OpenAsync(address, _context.ClientHost, stop);
        try
        {
            return await call(connection.Service, DateTime.UtcNow + Patience);
        }
        catch (RpcException failure)
        {
            CommandException explained = await connection.ExplainAsync(failure);
            stop.ThrowIfCancellationRequested();
            throw explained;
        }
    }

    private static CommandException Failure(uint pid, string text, Enum status, string hint) =>
        new(ExitCode.Failure, $"pid {pid}: {(text.Length == 0 ? status.ToString() : text)}{hint}");
}
