// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Fanout;
using Proto = CloseWait.V1;

namespace Tracer.Api.Streams;

/// <summary>Finds out what one stream has not yet said about losses before the hub, at the places through which its events come.</summary>
internal sealed class LossAnnouncer
{
    private readonly LossTotals _losses;
    private readonly LossPlace _last;
    private readonly ulong[] _announced = new ulong[LossTotals.Places];
    private readonly bool[] _isHistory = new bool[LossTotals.Places];

    /// <param name="losses">Of the hub.</param>
    /// <param name="last">The place that the events of this stream pass last; those behind it do not concern it.</param>
    public LossAnnouncer(LossTotals losses, LossPlace last)
    {
        _losses = losses;
        _last = last;
        for (int place = 0; place < LossTotals.Places; place++)
        {
            _announced[place] = losses[place];
            _isHistory[place] = _announced[place] != 0;
        }
    }

    public bool HasNews
    {
        get
        {
            for (int place = 0; place <= (int)_last; place++)
            {
                if (_isHistory[place] || _losses[place] != _announced[place])
                    return true;
            }
            return false;
        }
    }

    /// <summary>Null: nothing (more) to say. What was lost before the stream began is told once, with a count of 0.</summary>
    public Proto.EventsLost? Next()
    {
        for (int place = 0; place <= (int)_last; place++)
        {
            ulong total = _isHistory[place] ? _announced[place] : _losses[place];
            if (!_isHistory[place] && total == _announced[place])
                continue;
            Proto.EventsLost notice = new() { Count = total - _announced[place], Total = total, Place = PlaceOf(place) };
            _announced[place] = total;
            _isHistory[place] = false;
            return notice;
        }
        return null;
    }

    private static Proto.EventsLost.Types.Place PlaceOf(int place) => (LossPlace)place switch
    {
        LossPlace.Kernel => Proto.EventsLost.Types.Place.Kernel,
        _ => Proto.EventsLost.Types.Place.Queue,
    };
}
