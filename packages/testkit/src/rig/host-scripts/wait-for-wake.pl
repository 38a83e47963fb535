# wait-for-wake.pl INTERFACE MAC: the network card of a machine that is off. Ends with status 0 when a magic packet
# (six times FF, then sixteen times the card's address) arrives in any frame.
use strict;
use warnings;

my ($interface, $mac) = @ARGV;
my $wanted = "\xff" x 6 . pack('H*', $mac =~ tr/://dr) x 16;
my ($packet_family, $raw, $all_protocols) = (17, 3, 0x0300);
socket(my $card, $packet_family, $raw, $all_protocols) or die "socket: $!";
my $request = pack('a16 x16', $interface);
my $get_index = 0x8933;
ioctl($card, $get_index, $request) or die "$interface: $!";
my ($index) = unpack('x16 l', $request);
bind($card, pack('S n l S C C a8', $packet_family, 3, $index, 0, 0, 0, '')) or die "bind: $!";
$| = 1;
print "asleep\n";
while (defined recv($card, my $frame, 2048, 0)) {
  exit 0 if index($frame, $wanted) >= 0;
}
