// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Bench;

/// <summary>What was asked for on the command line.</summary>
internal sealed record BenchOptions(IReadOnlyList<string> Rows, int Rounds, int Seconds, bool IsQuick)
{
    public const string Help = """
        usage: ./build.sh bench [--ci] [--rounds N] [--seconds N] [ROW...]
          ROW          only these rows, and what is measured together with them; default all
          --rounds N   how often what is compared alternates (default 7)
          --seconds N  how long `losses` lasts (default 60)
          --ci         the quick rows, with fewer rounds; exit code 1 when a ratio is beyond its bound in bench/bounds three times
          --list       the rows and their goals
               ./build.sh bench --pure [FILTER]
          the parts that touch no kernel, each alone; needs no root
        """;

    private const int UsualRounds = 7;
    private const int QuickRounds = 3;
    private const int UsualSeconds = 60;
    private const int MostRounds = 1000;
    private const int MostSeconds = 3600;

    public static BenchOptions Read(IReadOnlyList<string> words)
    {
        List<string> rows = [];
        int? rounds = null, seconds = null;
        bool isQuick = false;
        for (int at = 0; at < words.Count; at++)
        {
            switch (words[at])
            {
                case "--ci": isQuick = true; break;
                case "--rounds": rounds = Number(words, at++, MostRounds); break;
                case "--seconds": seconds = Number(words, at++, MostSeconds); break;
                case ['-', ..]: throw new BenchException(2, $"unknown option {words[at]}; ./build.sh bench --help lists them");
                default: rows.Add(words[at]); break;
            }
        }

        return new BenchOptions(rows, rounds ?? (isQuick ? QuickRounds : UsualRounds), seconds ?? UsualSeconds, isQuick);
    }

    private static int Number(IReadOnlyList<string> words, int at, int most) =>
        at + 1 < words.Count && int.TryParse(words[at + 1], CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most
            ? number
            : throw new BenchException(2, $"{words[at]} needs a number from 1 to {most}");
}
