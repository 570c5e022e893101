// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using Tracer.Capture;
using Tracer.Daemon;
using Tracer.Linux;
using Tracer.Linux.Interop;

namespace Tracer.Tests.Daemon;

/// <summary>What `closewait check` prints.</summary>
public sealed class CheckOutputTests
{
    private const string Raw = "the kernel refuses to load it: EINVAL (Invalid argument): invalid func unknown#175";

    private static readonly KernelFacts Kernel = Survey.Kernel("5.10.0-46-cloud-amd64");

    private static readonly IReadOnlyList<LadderReport> Ladders = Survey.Ladders(
        ("receive", "fexit/tcp_recvmsg", Errno.ENOENT, "this kernel's BTF has no btf_trace_sock_recv_length"), ("threads", "procfs", Errno.EINVAL, Raw));

    [Fact]
    public void Text_begins_with_how_well_it_works_and_gives_reasons_only_where_something_better_was_refused()
    {
        string[] lines = Text();
        Assert.Equal("closewait works, with less detail: 1 of 13 facts has a lesser hook (threads)", lines[0]);
        Assert.Equal("kernel 5.10.0-46-cloud-amd64, 2 CPUs, tick 4 ms, lockdown none, BTF yes", lines[1]);
        Assert.Equal(
            [
                "receive        who reads, and who read the end: fexit/tcp_recvmsg",
                "               costs: nothing",
                "               not tp_btf/sock_recv_length: needs kernel 6.3",
                "send           who sends, and who still does after the FIN: tp_btf/sock_send_length",
                "stacks         the line of code that did it: unwind-tables",
            ],
            lines.SkipWhile(line => !line.StartsWith("receive", StringComparison.Ordinal)).Take(5));
        Assert.Equal(
            [
                "threads        what the threads of a process do now: procfs",
                "               costs: stacks of threads that are asked for begin with a guessed frame pointer, and",
                "                 lack the frames of CPython",
                "               not iter/task: needs kernel 5.15",
            ],
            lines[^4..]);
    }

    [Fact]
    public void No_line_of_text_is_wider_than_a_terminal() => Assert.All(Text(), line => Assert.InRange(line.Length, 0, 100));

    [Fact]
    public void Text_names_every_fact_in_plain_words() =>
        Assert.All(HookLadders.All, fact => Assert.Contains(Text(), line => line.StartsWith($"{fact.Name,-14} {fact.Meaning}: ", StringComparison.Ordinal)));

    [Fact]
    public void Json_has_every_rung_with_its_state_and_the_words_of_the_kernel()
    {
        using var output = new StringWriter();
        CheckJson.Write(Kernel, Ladders, output);
        JsonElement check = JsonDocument.Parse(output.ToString()).RootElement;
        Assert.Equal("works, with less detail: 1 of 13 facts has a lesser hook (threads)", check.GetProperty("summary").GetString());
        JsonElement threads = check.GetProperty("hooks").EnumerateArray().Single(hook => hook.GetProperty("fact").GetString() == "threads");
        Assert.Equal("procfs", threads.GetProperty("rung").GetString());
        Assert.Equal(Raw, threads.GetProperty("refused")[0].GetProperty("reason").GetString());
        JsonElement refused = threads.GetProperty("rungs")[0];
        Assert.Equal(
            """{"rung":"iter/task","state":"refused","reason":"the kernel refuses to load it: EINVAL (Invalid argument): invalid func unknown#175","why":"needs kernel 5.15","cost":"","since":"5.15","needs":["CONFIG_DEBUG_INFO_BTF","CONFIG_BPF_EVENTS"]}""",
            refused.GetRawText());
        Assert.Equal("chosen", threads.GetProperty("rungs")[1].GetProperty("state").GetString());
    }

    private static string[] Text()
    {
        using var output = new StringWriter();
        CheckText.Write(Kernel, Ladders, output);
        return output.ToString().TrimEnd().Split('\n');
    }
}
