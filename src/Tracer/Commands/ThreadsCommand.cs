// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Client;
using Tracer.Output;
using Status = CloseWait.V1.DumpThreadsResponse.Types.Status;

namespace Tracer.Commands;

/// <summary>closewait threads: what the threads of a Java process do now.</summary>
internal sealed class ThreadsCommand
{
    // Longer than the daemon waits for its turn and for the machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CommandContext _context;
    private readonly ConnectionOptions _connection;
    private readonly Argument<string> _pid = new("PID") { Description = "The Java process" };
    private readonly Option<bool> _attach = new("--attach") { Description = "Make the machine listen if it does not yet: by a file in its /tmp and a SIGQUIT, sent only if it catches that. Without this nothing is sent" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per line, with protobuf JSON names" };

    private ThreadsCommand(Command command, CommandContext context)
    {
        _context = context;
        command.Add(_pid);
        command.Add(_attach);
        command.Add(_json);
        _connection = new ConnectionOptions(command);
    }

    public static Command Create(CommandContext context)
    {
        var command = new Command("threads", "What the threads of a Java process do now, by its own account: for when they hold sockets and do not read");
        var threads = new ThreadsCommand(command, context);
        command.SetAction((parsed, stop) => threads.RunAsync(parsed.GetValue(threads._pid)!, new OptionReader(parsed), stop));
        return command;
    }

    private async Task<int> RunAsync(string pidText, OptionReader reader, CancellationToken stop)
    {
        uint pid = ValueParser.Pid(new OptionValue("PID", pidText));
        var request = new DumpThreadsRequest { Pid = pid, MayStartListener = reader.Flag(_attach) };
        DumpThreadsResponse answer = await FetchAsync(_connection.Read(reader), request, stop);
        if (answer.Status != Status.Ok)
            throw new CommandException(ExitCode.Failure, Explain(pid, answer));
        if (reader.Flag(_json))
        {
            var json = new JsonLines(_context.Out);
            foreach (DumpedThread thread in answer.Threads)
                json.Write(thread);
        }
        else
        {
            ThreadText.Write(_context.Out, answer.Threads);
        }
        if (answer.Truncated)
            _context.Complain($"pid {pid} has more threads than these");
        return ExitCode.Ok;
    }

    private async Task<DumpThreadsResponse> FetchAsync(DaemonAddress address, DumpThreadsRequest request, CancellationToken stop)
    {
        await using DaemonConnection connection = await DaemonConnection.OpenAsync(address, _context.ClientHost, stop);
        try
        {
            return await connection.Service.DumpThreadsAsync(request, deadline: DateTime.UtcNow + Patience, cancellationToken: stop);
        }
        catch (RpcException failure)
        {
            CommandException explained = await connection.ExplainAsync(failure);
            stop.ThrowIfCancellationRequested();
            throw explained;
        }
    }

    private static string Explain(uint pid, DumpThreadsResponse answer)
    {
        string hint = answer.Status == Status.NotListening ? " (--attach makes it, by a SIGQUIT that it catches)" : "";
        return $"pid {pid}: {(answer.StatusText.Length == 0 ? answer.Status.ToString() : answer.StatusText)}{hint}";
    }
}
