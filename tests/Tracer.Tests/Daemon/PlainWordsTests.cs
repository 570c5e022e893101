// SPDX-License-Identifier: Apache-2.0
using Tracer.Capture;
using Tracer.Daemon;
using Tracer.Linux;
using Tracer.Linux.Interop;

namespace Tracer.Tests.Daemon;

/// <summary>Reasons and remedies, for somebody who is no kernel developer.</summary>
public sealed class PlainWordsTests
{
    private const string Raw = "the kernel refuses to load it: EINVAL (Invalid argument): invalid func unknown#175";

    [Fact]
    public void Nothing_lost_is_said_in_two_words() =>
        Assert.Equal("works fully", new PlainWords(Survey.Kernel("6.12.1"), Survey.Ladders()).Summary());

    [Fact]
    public void A_lesser_hook_that_costs_nothing_is_no_loss() =>
        Assert.Equal("works fully", new PlainWords(Survey.Kernel("6.1.0"), Survey.Ladders(("receive", "fexit/tcp_recvmsg", Errno.ENOENT, Raw))).Summary());

    [Fact]
    public void Lesser_and_missing_facts_are_counted_and_named() =>
        Assert.Equal(
            "works, with less detail: 1 of 13 facts has a lesser hook (threads); 2 of 13 facts are not known (send, holders)",
            new PlainWords(Survey.Kernel("5.10.0"), Survey.Ladders(
                ("threads", "procfs", Errno.EINVAL, Raw), ("send", "none", Errno.ENOENT, Raw), ("holders", "none", Errno.EINVAL, Raw))).Summary());

    [Fact]
    public void On_an_older_kernel_the_version_is_the_reason_and_the_remedy()
    {
        (string why, string remedy) = Explain(Survey.Kernel("5.10.0-46-cloud-amd64"), "threads", "procfs", Errno.EINVAL);
        Assert.Equal(("needs kernel 5.15", ""), (why, remedy));
    }

    [Fact]
    public void On_a_kernel_that_is_new_enough_the_build_is_the_reason()
    {
        (string why, string remedy) = Explain(Survey.Kernel("6.12.0"), "snapshot", "none", Errno.ENOENT);
        Assert.Equal(("this kernel was built without it", "CONFIG_PROC_FS"), (why, remedy));
    }

    [Fact]
    public void Options_that_something_else_proves_are_no_remedy()
    {
        (_, string remedy) = Explain(Survey.Kernel("6.12.0"), "send", "none", Errno.ENOENT);
        Assert.Equal("", remedy);
    }

    [Fact]
    public void A_refusal_to_root_may_be_a_policy()
    {
        LadderReport[] ladders = [.. Survey.Ladders(
            ("close", "transition", Errno.EPERM, Raw), ("close", "transition", Errno.ENOENT, Raw),
            ("accept", "first-use", Errno.EPERM, Raw), ("accept", "first-use", Errno.ENOENT, Raw),
            ("receive", "sequence-numbers", Errno.EPERM, Raw), ("receive", "sequence-numbers", Errno.EPERM, Raw), ("receive", "sequence-numbers", Errno.ENOENT, Raw),
            ("send", "none", Errno.ENOENT, Raw), ("send", "none", Errno.EPERM, Raw))];
        var words = new PlainWords(Survey.Kernel("6.18.0"), ladders);
        RungOutcome[] close = [.. ladders.Single(l => l.Fact.Name == "close").BetterOnes];
        Assert.Equal("refused to root: EPERM (Operation not permitted)", words.Why(close[0]));
        Assert.Equal("CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS, CONFIG_BPF_JIT, where no policy forbids it", words.Remedy(close[0]));
        Assert.Equal(("this kernel was built without it", "CONFIG_KPROBES, CONFIG_KPROBE_EVENTS"), (words.Why(close[1]), words.Remedy(close[1])));
    }

    [Theory]
    [InlineData(LockdownMode.Confidentiality, "forbidden by lockdown=confidentiality", "a boot without lockdown=confidentiality")]
    [InlineData(LockdownMode.Integrity, Raw, "")]
    public void Lockdown_is_the_reason_where_it_is_in_force(LockdownMode mode, string why, string remedy) =>
        Assert.Equal((why, remedy), Explain(Survey.Kernel("6.12.0", mode), "stacks", "frame-pointers", Errno.EINVAL));

    [Fact]
    public void What_lockdown_leaves_alone_is_not_blamed_on_it()
    {
        (string why, _) = Explain(Survey.Kernel("6.12.0", LockdownMode.Confidentiality), "holders", "none", Errno.ENOENT);
        Assert.Equal("this kernel was built without it", why);
    }

    [Fact]
    public void A_kernel_of_unknown_version_is_not_called_old()
    {
        (string why, _) = Explain(Survey.Kernel("next"), "threads", "procfs", Errno.EINVAL);
        Assert.Equal(Raw, why);
    }

    private static (string Why, string Remedy) Explain(KernelFacts kernel, string fact, string chosen, int errorNumber)
    {
        IReadOnlyList<LadderReport> ladders = Survey.Ladders((fact, chosen, errorNumber, Raw));
        var words = new PlainWords(kernel, ladders);
        RungOutcome refused = ladders.Single(l => l.Fact.Name == fact).BetterOnes.First();
        return (words.Why(refused), words.Remedy(refused));
    }
}
