// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using CloseWait.V1;
using Tracer.Output;
using Family = CloseWait.V1.SocketFilter.Types.Family;

namespace Tracer.Commands;

/// <summary>Turns what a user wrote into values, or says in one line why it cannot.</summary>
internal static partial class ValueParser
{
    private const int CommBytes = 15; // TASK_COMM_LEN, include/linux/sched.h, without the NUL.
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(3650);

    public static uint Pid(OptionValue value) =>
        uint.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out uint pid) && pid is > 0 and <= int.MaxValue
            ? pid
            : throw value.Bad("is not a process id");

    public static uint Port(OptionValue value) =>
        ushort.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0
            ? port
            : throw value.Bad("is not a port (1 to 65535)");

    public static string Comm(OptionValue value) => Encoding.UTF8.GetByteCount(value.Text) <= CommBytes
        ? value.Text
        : throw value.Bad($"never matches: the kernel keeps {CommBytes} bytes of a name");

    /// <summary>A network inode, bare or as <c>readlink /proc/PID/ns/net</c> prints it.</summary>
    public static uint Netns(OptionValue value)
    {
        string text = value.Text.StartsWith("net:[", StringComparison.Ordinal) && value.Text.EndsWith(']') ? value.Text[5..^1] : value.Text;
        return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint inode) && inode > 0
            ? inode
            : throw value.Bad("is not the inode of a network namespace (see readlink /proc/PID/ns/net)");
    }

    public static string Cgroup(OptionValue value) => value.Text.StartsWith('/')
        ? value.Text
        : throw value.Bad("is not a cgroup v2 path: it begins with '/', as in /proc/PID/cgroup");

    /// <summary>close-wait, CLOSE_WAIT, fin-wait-1, closed ... : case and separators do not matter.</summary>
    public static TcpState State(OptionValue value)
    {
        string name = value.Text.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        name = name.ToUpperInvariant() switch { "CLOSED" => "CLOSE", "LISTENING" => "LISTEN", var other => other };
        foreach (TcpState state in Enum.GetValues<TcpState>())
        {
            if (state != TcpState.Unspecified && state.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
                return state;
        }
        throw value.Bad("is not a TCP state (close-wait, established, syn-sent ...)");
    }

    /// <summary>never-accepted, EOF_NOT_READ ... : case and separators do not matter.</summary>
    public static Verdict Verdict(OptionValue value) => TryVerdict(value.Text)
        ?? throw value.Bad("is not a verdict (never-accepted, eof-not-read, eof-read-not-closed, held-elsewhere ...)");

    internal static Verdict? TryVerdict(string text)
    {
        string name = text.Replace('-', '_');
        foreach (Verdict verdict in Enum.GetValues<Verdict>())
        {
            if (verdict != CloseWait.V1.Verdict.Unspecified && WireNames.Of(verdict).Equals(name, StringComparison.OrdinalIgnoreCase))
                return verdict;
        }
        return null;
    }

    public static Direction Direction(OptionValue value) => value.Text.ToLowerInvariant() switch
    {
        "in" or "inbound" => CloseWait.V1.Direction.Inbound,
        "out" or "outbound" => CloseWait.V1.Direction.Outbound,
        "listen" => CloseWait.V1.Direction.Listen,
        _ => throw value.Bad("is not a direction (in, out or listen)"),
    };

    public static Family Family(OptionValue value) => value.Text.ToLowerInvariant() switch
    {
        "4" or "ipv4" or "inet" => SocketFilter.Types.Family.Ipv4,
        "6" or "ipv6" or "inet6" => SocketFilter.Types.Family.Ipv6,
        _ => throw value.Bad("is not an address family (4 or 6)"),
    };

    /// <summary>An address or a network; bits behind the prefix are cleared.</summary>
    public static string Peer(OptionValue value)
    {
        string[] parts = value.Text.Split('/');
        if (parts.Length > 2 || ParseAddress(parts[0]) is not { } address)
            throw value.Bad("is not an address or a network (10.0.0.0/8, 2001:db8::/32)");
        byte[] bytes = address.GetAddressBytes();
        if (parts.Length == 1)
            return address.ToString();
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int prefix) || prefix > bytes.Length * 8)
            throw value.Bad($"has a bad prefix length (0 to {bytes.Length * 8})");
        for (int bit = prefix; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return $"{new IPAddress(bytes)}/{prefix}";
    }

    public static TimeSpan Duration(OptionValue value)
    {
        Match match = DurationPattern().Match(value.Text);
        if (!match.Success)
            throw value.Bad("is not a duration (500ms, 5s, 2m, 1h)");
        double milliseconds = double.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) * match.Groups["unit"].Value switch
        {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => 86_400_000,
        };
        return milliseconds <= LongestDuration.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw value.Bad("is longer than ten years");
    }

    public static TimeSpan PositiveDuration(OptionValue value) =>
        Duration(value) is { Ticks: > 0 } duration ? duration : throw value.Bad("is not longer than zero");

    public static int Number(OptionValue value, int least, int most) =>
        int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw value.Bad($"is not a number from {least} to {most}");

    public static int Count(OptionValue value) => Number(value, 1, int.MaxValue);

    // IPAddress also takes "1", "0x7f.1" and zone names; a filter with those is a typing error.
    internal static IPAddress? ParseAddress(string text)
    {
        if (text.Contains('%') || text.Contains('[') || !IPAddress.TryParse(text, out IPAddress? address))
            return null;
        bool isPlain = text.Contains(':') || PlainIPv4().IsMatch(text);
        return isPlain ? address : null;
    }

    [GeneratedRegex(@"^(?<number>\d{1,12}(\.\d{1,6})?)(?<unit>ms|s|m|h|d)$", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPattern();

    // A leading zero would be octal to some and decimal to others.
    [GeneratedRegex(@"^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainIPv4();
}
